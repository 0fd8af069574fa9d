/** The commands of the README against a real daemon, and every sample. */
import test from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { placeBusybox } from '../../tools/quickstart/busybox.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { assertHoldsNothing } from '../support/daemon/scenario.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const root = join(import.meta.dirname, '../..');
let daemon: TestDaemon;
let samples: string;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command, as a person types it. */
async function tsmoby(args: readonly string[], input = ''): Promise<Ran> {
  const env = { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}`, NO_COLOR: '1' };
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], { env });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stdout, stderr };
}

async function succeeds(
  t: { is(a: unknown, b: unknown, c?: string): void },
  ...args: readonly string[]
): Promise<string> {
  const ran = await tsmoby(args);
  t.is(ran.code, 0, `tsmoby ${args.join(' ')}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

test.before('a daemon, and the samples with their image', async () => {
  daemon = await startTestDaemon();
  // One of its own, whatever this machine has.
  const builder =
    'apiVersion: tsmoby.dev/v1alpha1\nkind: Builder\nmetadata: { name: default }\nspec: { managed: true }\n';
  await tsmoby(['apply', '-f', '-'], builder);
  samples = join(daemon.folder, 'samples');
  // but for the busybox of a quickstart that comes or goes meanwhile
  const isSample = (path: string): boolean => !basename(path).startsWith('busybox');
  await cp(join(root, 'samples'), samples, { recursive: true, filter: isSample });
  const containers = join(samples, 'quickstart/30-containers.yaml');
  const text = await readFile(containers, 'utf8');
  // a port of the machine, where another quickstart may be
  await writeFile(containers, text.replace('hostPort: 18080', `hostPort: ${await freePort()}`));
  await buildBusyboxArchive({ output: join(samples, 'busybox.tar'), name: 'tsmoby.dev/busybox:sample' });
  await placeBusybox(join(samples, 'quickstart/site/busybox'));
});

test.after.always('nothing is left', async () => {
  await daemon[Symbol.asyncDispose]();
});

test.serial(
  'an image is built as one does with docker: seen, unchanged, broken with the place, gone back, cancelled',
  async (t) => {
    const folder = join(daemon.folder, 'built');
    await mkdir(folder);
    await placeBusybox(join(folder, 'busybox'));
    const dockerfile = (command: string): Promise<void> =>
      writeFile(
        join(folder, 'Dockerfile'),
        `FROM scratch\nCOPY busybox /bin/busybox\nRUN --network=none ["/bin/busybox", "sh", "-c", "${command}"]\n`,
      );
    await dockerfile('echo one step');
    const first = await tsmoby(['build', folder, '-t', 'team/built:1']);
    t.is(first.code, 0, first.stderr);
    t.regex(first.stderr, /^#\d+ \[2\/2\] RUN --network=none[^]*^#\d+ \d\.\d+ one step$[^]*^#\d+ DONE \d+\.\ds$/m);
    t.regex(first.stdout, /^build\.tsmoby\.dev\/built built: sha256:[0-9a-f]{64}\n$/);
    t.regex(
      await succeeds(t, 'build', folder, '-t', 'team/built:1'),
      /built unchanged, build 1 is what it would be: sha256:/,
    );
    t.regex(await succeeds(t, 'logs', 'build/built'), / one step\n/);
    const entries = (await succeeds(t, 'logs', 'build/built', '--progress=json')).trimEnd().split('\n');
    t.deepEqual(
      [entries.at(0), entries.at(-1)].map((line) => (JSON.parse(line ?? '') as { type: string }).type),
      ['begin', 'end'],
    );

    await dockerfile('echo no && exit 3');
    const broken = await tsmoby(['build', folder, '-t', 'team/built:1']);
    t.is(broken.code, 1);
    t.regex(broken.stderr, /^Dockerfile:3$[^]*^>>> 3 \| RUN [^]*^ERROR: Dockerfile:3: .*exit code: 3$/m);
    t.regex(await succeeds(t, 'describe', 'build', 'built'), /Place: +Dockerfile:3\n/);

    await dockerfile('echo two steps');
    t.regex(await succeeds(t, 'build', folder, '-q', '-t', 'team/built:1'), /^sha256:[0-9a-f]{64}\n$/);
    t.regex(await succeeds(t, 'rollout', 'undo', 'build/built'), /rolled back to the result of build 1;/);
    t.regex(await succeeds(t, 'rollout', 'status', 'build/built', '--timeout=60s'), /build 1 is in use/);
    await succeeds(t, 'rollout', 'resume', 'build/built');
    t.regex(await succeeds(t, 'rollout', 'history', 'build/built'), /^3 .*in use$/m);

    await dockerfile('echo it runs && /bin/busybox sleep 600');
    const child = spawn(process.execPath, [join(root, 'cli/main.ts'), 'build', folder, '-t', 'team/built:1'], {
      env: { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'exit');
    let told = '';
    for await (const chunk of child.stderr) {
      const before = told;
      told += String(chunk);
      if (!/ it runs\n/.test(before) && / it runs\n/.test(told)) child.kill('SIGINT');
    }
    t.is((await ended)[0], 130, told);
    t.regex(told, /CANCELLED: /);
    t.is(await succeeds(t, 'get', 'build/built', '-o', 'jsonpath={.status.lastBuild.phase}'), 'Cancelled');
    await succeeds(t, 'delete', 'build/built', '--timeout=60s');
  },
);

test.serial('the road of the README: apply, wait, get, describe, logs, delete', async (t) => {
  const quickstart = join(samples, 'quickstart');
  const applied = await succeeds(t, 'apply', '-f', quickstart);
  t.regex(applied, /container\.tsmoby\.dev\/web created/);
  t.regex(await succeeds(t, 'apply', '-f', quickstart), /container\.tsmoby\.dev\/web unchanged/);
  const waited = await succeeds(
    t,
    'wait',
    'container/web',
    'container/counter',
    '--for=condition=Ready',
    '--timeout=60s',
  );
  t.regex(waited, /container\.tsmoby\.dev\/web condition met/);
  t.regex(await succeeds(t, 'get', 'containers', '-o', 'wide'), /web +True +Running +0/);
  t.regex(await succeeds(t, 'get', 'all', '-A'), /build\.tsmoby\.dev\/site/);
  t.is(await succeeds(t, 'get', 'container/web', '-o', 'name'), 'container.tsmoby.dev/web\n');
  t.regex(
    await succeeds(t, 'get', 'containers', '-l', 'app=quickstart', '-o', 'custom-columns=N:.metadata.name'),
    /^N\ncounter\nweb\n$/,
  );
  t.regex(await succeeds(t, 'describe', 'container', 'web'), /Events:[^]*Started/);
  await eventually('three lines are there', async () => /line 3/.test((await tsmoby(['logs', 'counter'])).stdout));
  t.is((await succeeds(t, 'logs', 'counter', '--tail=2')).trimEnd().split('\n').length, 2);
  t.regex(await succeeds(t, 'logs', 'counter', '--timestamps', '--tail=1'), /^\d{4}-\d\d-\d\dT.*Z hello moby/);
  const deleted = await succeeds(t, 'delete', '-f', quickstart, '--timeout=60s');
  t.regex(deleted, /container\.tsmoby\.dev "counter" deleted/);
  t.regex((await tsmoby(['get', 'containers'])).stderr, /No resources found in default namespace/);
  await assertHoldsNothing(daemon);
});

test.serial('every other sample comes to its end', async (t) => {
  await succeeds(t, 'apply', '-f', join(samples, 'quickstart/10-build.yaml'));
  const files = (await readdir(samples)).filter((name) => name.endsWith('.yaml'));
  t.true(files.length > 0);
  for (const file of files) {
    await succeeds(t, 'apply', '-f', join(samples, file), '--wait', '--timeout=60s');
    await succeeds(t, 'delete', '-f', join(samples, file), '--timeout=60s');
  }
  await succeeds(t, 'delete', '-f', join(samples, 'quickstart/10-build.yaml'));
});

test.serial('a file with mistakes says each with its place, and nothing of it is applied', async (t) => {
  const file = join(daemon.folder, 'mistakes.yaml');
  await writeFile(
    file,
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fine\n---\napiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata:\n  name: typo\nspec:\n  imgae: foo\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fine\n`,
  );
  const ran = await tsmoby(['apply', '-f', file]);
  t.is(ran.code, 1);
  t.regex(ran.stderr, /mistakes\.yaml:11:3: .*unknown field "spec\.imgae".*"image"/);
  t.regex(ran.stderr, /mistakes\.yaml:16:3: configmap\/fine.*stands twice: first at .*mistakes\.yaml:4:3/);
  t.is((await tsmoby(['get', 'configmap', 'fine'])).code, 1);
});

test.serial('broken YAML says file, line and column', async (t) => {
  const ran = await tsmoby(['apply', '-f', '-'], 'a: [1,\nb: }');
  t.is(ran.code, 1);
  t.regex(ran.stderr, /STDIN:2:1/);
});

test.serial('what is not there is told in kubectl’s words', async (t) => {
  const ran = await tsmoby(['get', 'container', 'nobody']);
  t.is(ran.code, 1);
  t.regex(ran.stderr, /Error from server \(NotFound\): containers\.tsmoby\.dev "nobody" not found/);
});

test.serial('a directory is read as one, -R goes deeper, JSON and several -f together', async (t) => {
  const folder = join(daemon.folder, 'tree');
  await mkdir(join(folder, 'below'), { recursive: true });
  const configMap = (name: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } });
  await writeFile(join(folder, 'a.json'), configMap('tree-a'));
  await writeFile(join(folder, 'below/b.yaml'), configMap('tree-b'));
  t.notRegex(await succeeds(t, 'apply', '-f', folder), /tree-b/);
  await copyFile(join(folder, 'a.json'), join(daemon.folder, 'single.json'));
  const all = await succeeds(t, 'apply', '-R', '-f', join(folder, 'below'), '-f', join(daemon.folder, 'single.json'));
  t.regex(all, /configmap\/tree-a unchanged/);
  t.regex(all, /configmap\/tree-b created/);
  await succeeds(t, 'delete', 'configmap', 'tree-a', 'tree-b');
});

test.serial('waiting for what does not come ends with the time, and says how it is', async (t) => {
  const manifest = `{apiVersion: tsmoby.dev/v1alpha1, kind: Container, metadata: {name: never}, spec: {image: "localhost:1/none:1"}}`;
  t.is((await tsmoby(['apply', '-f', '-'], manifest)).code, 0);
  const ran = await tsmoby(['wait', 'container/never', '--for=condition=Ready', '--timeout=2s']);
  t.is(ran.code, 1);
  t.regex(ran.stderr, /timed out waiting for the condition on containers\/never/);
  t.regex(ran.stderr, /ErrImagePull|ImagePulling/);
  await succeeds(t, 'delete', 'container', 'never', '--timeout=30s');
});

test.serial('with no daemon every command says where it looked and what to start', async (t) => {
  const env = { ...process.env, TSMOBY_HOST: 'unix:///tmp/tsm-nobody.sock' };
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), 'get', 'containers'], { env });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  t.is(code, 1);
  t.regex(stderr, /cannot reach tsmoby at unix:\/\/\/tmp\/tsm-nobody\.sock.*daemon/);
});
