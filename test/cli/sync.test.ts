/** `tsmoby sync` as people type it, against a real daemon. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import test from 'ava';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { eventually } from '../support/eventually.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let daemon: TestDaemon;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function tsmoby(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}`, NO_COLOR: '1' };
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], { env, cwd: daemon.folder });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stdout, stderr };
}

const configMap = (name: string, value = 'x'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${value}\n`;

const names = async (): Promise<readonly string[]> =>
  (await tsmoby('get', 'configmaps', '-o', 'name')).stdout.split('\n').filter((line) => line !== '');

test.before(async () => {
  daemon = await startTestDaemon();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

test.serial('a directory is followed, held back, approved, suspended, resumed, and let go', async (t) => {
  const folder = join(daemon.folder, 'Infra');
  await mkdir(folder);
  const files = ['one', 'two', 'three', 'four', 'five'];
  for (const name of files) await writeFile(join(folder, `${name}.yaml`), configMap(name));

  const first = await tsmoby('sync', './Infra');
  t.is(first.code, 0, first.stdout + first.stderr);
  t.regex(first.stdout, /^sync\.tsmoby\.dev\/infra created\n[^]*sync "infra" is ready: \S+: 5 objects\n$/);
  t.is((await names()).length, 5);
  t.regex((await tsmoby('sync', './Infra')).stdout, /^sync\.tsmoby\.dev\/infra unchanged\n/);
  t.regex((await tsmoby('sync', 'list')).stdout, /^NAME +STATUS +OBJECTS[^]*\ninfra +Ready +5 +\S+ +\S+ +\/\S+\/Infra/);

  for (const name of files.slice(1)) await rm(join(folder, `${name}.yaml`));
  await eventually('the brake holds', async () => (await tsmoby('sync', 'status', 'infra')).code === 1);
  const held = await tsmoby('sync', 'status', 'infra');
  t.regex(held.stdout, /^Held back: +4: ConfigMap default\/five, /m);
  t.is((await names()).length, 5);
  const told = await tsmoby('sync', 'reconcile', 'infra');
  t.is(told.code, 1);
  t.regex(told.stderr, /^error: sync "infra": 4 objects would be deleted at once.*tsmoby sync approve infra$/m);
  const approved = await tsmoby('sync', 'approve', 'infra');
  t.is(approved.code, 0, approved.stdout + approved.stderr);
  t.deepEqual(await names(), ['configmap/one']);
  t.regex((await tsmoby('sync', 'approve', 'infra')).stderr, /holds nothing back: there is nothing to approve/);

  t.is((await tsmoby('sync', 'suspend', 'infra')).stdout, 'sync.tsmoby.dev/infra suspended\n');
  await writeFile(join(folder, 'six.yaml'), configMap('six'));
  t.regex((await tsmoby('sync', 'reconcile', 'infra')).stderr, /is suspended: tsmoby sync resume infra/);
  const resumed = await tsmoby('sync', 'resume', 'infra');
  t.is(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.deepEqual(await names(), ['configmap/one', 'configmap/six']);
  const history = (await tsmoby('sync', 'history', 'infra')).stdout;
  t.regex(history, /^REVISION +OUTCOME +STARTED +TOOK[^]*\nsha256:[0-9a-f]{12} +Applied +\S+ ago +\d+\.\ds/);

  const other = join(daemon.folder, 'other');
  await mkdir(other);
  const taken = await tsmoby('sync', './other', '--name=infra');
  t.is(taken.code, 1);
  t.regex(taken.stderr, /sync "infra" follows \/\S+\/Infra: choose another name with --name/);

  await tsmoby('delete', 'sync/infra', '--timeout=30s');
  t.deepEqual(await names(), []);
});

test.serial('a mistake in a file is told with its place, and waited for until it is mended', async (t) => {
  const folder = join(daemon.folder, 'broken');
  await mkdir(folder);
  await writeFile(join(folder, 'a.yaml'), configMap('good'));
  await writeFile(join(folder, 'b.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  nam: bad\n');
  const broken = await tsmoby('sync', './broken', '--timeout=20s');
  t.is(broken.code, 1);
  t.regex(broken.stderr, /b\.yaml:3:1: metadata\.name is missing|b\.yaml:\d+:\d+: .*name/);
  t.deepEqual(await names(), ['configmap/good']);
  await writeFile(join(folder, 'b.yaml'), configMap('bad'));
  const mended = await tsmoby('sync', 'status', 'broken', '-w');
  t.is(mended.code, 0, mended.stdout + mended.stderr);
  t.deepEqual(await names(), ['configmap/bad', 'configmap/good']);
  await tsmoby('delete', 'sync/broken', '--timeout=30s');
});

test.serial('a repository on this machine is followed to its next commit', async (t) => {
  const work = join(daemon.folder, 'work');
  const git = (...args: readonly string[]) =>
    run('git', ['-C', work, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args]);
  await run('git', ['init', '-q', '-b', 'main', work]);
  await mkdir(join(work, 'prod'));
  await writeFile(join(work, 'prod/a.yaml'), configMap('from-git', 'first'));
  await git('add', '.');
  await git('commit', '-q', '-m', 'first');
  const made = await tsmoby(
    'sync',
    `file://${work}`,
    '--branch=main',
    '--path=prod',
    '--name=repository',
    '--timeout=20s',
  );
  t.is(made.code, 0, made.stdout + made.stderr);
  t.regex(made.stdout, /is ready: main@sha1:[0-9a-f]{40}: 1 object\n$/);
  await writeFile(join(work, 'prod/a.yaml'), configMap('from-git', 'second'));
  await git('commit', '-q', '-a', '-m', 'second');
  const value = async (): Promise<string> =>
    (await tsmoby('get', 'configmap/from-git', '-o', 'jsonpath={.data.value}')).stdout;
  await eventually('the second commit is applied', async () => (await value()) === 'second');
  const list = (await tsmoby('sync', 'list', '-A')).stdout;
  t.regex(list, /^default +repository +Ready +1 +main@sha1:[0-9a-f]{12} .*work @main \(prod\)/m);
  await tsmoby('delete', 'sync/repository', '--timeout=30s');
});

test.serial('diff shows what the next application would change, masked, and changes nothing', async (t) => {
  const folder = join(daemon.folder, 'Diffed');
  await mkdir(folder);
  const secret = (value: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: hidden\nstringData:\n  key: ${value}\n`;
  await writeFile(join(folder, 'a.yaml'), configMap('diffed', 'before'));
  await writeFile(join(folder, 'b.yaml'), configMap('leaving'));
  await writeFile(join(folder, 'c.yaml'), secret('first-word'));
  t.is((await tsmoby('sync', './Diffed')).code, 0);
  const same = await tsmoby('sync', 'diff', 'diffed');
  t.deepEqual([same.code, same.stdout], [0, ''], same.stderr);
  t.is((await tsmoby('sync', 'suspend', 'diffed')).code, 0);
  await writeFile(join(folder, 'a.yaml'), configMap('diffed', 'after'));
  await rm(join(folder, 'b.yaml'));
  await writeFile(join(folder, 'c.yaml'), secret('second-word'));
  const different = await tsmoby('sync', 'diff', 'diffed');
  t.is(different.code, 1, different.stderr);
  t.regex(different.stdout, /-  value: before\n\+  value: after\n/);
  t.regex(different.stdout, /-  key: ['"]?\*\*\* \(before\)['"]?\n\+  key: ['"]?\*\*\* \(after\)/);
  t.regex(different.stdout, /^-  name: leaving$/m);
  const base64 = Buffer.from('first-word').toString('base64');
  t.false(different.stdout.includes('word') || different.stdout.includes(base64));
  const report = JSON.parse((await tsmoby('sync', 'diff', 'diffed', '-o', 'json')).stdout) as {
    objects: { kind: string; operation: string }[];
  };
  t.deepEqual(
    report.objects.map(({ kind, operation }) => `${operation} ${kind}`),
    ['update ConfigMap', 'update Secret', 'delete ConfigMap'],
  );
  t.true((await names()).includes('configmap/leaving'));
  await writeFile(join(folder, 'b.yaml'), 'kind: [');
  const wrong = await tsmoby('sync', 'diff', 'diffed');
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /^error: b\.yaml:1:/m);
  t.is((await tsmoby('sync', 'diff', 'nobody')).code, 2);
  t.is((await tsmoby('sync', 'diff')).code, 2);
  t.is((await tsmoby('delete', 'sync/diffed')).code, 0);
});
