/** Plans with a daemon's own planners, over containers that run. */
import test, { type ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PlanReport } from '../../cli/plan/report.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { exampleOf, shortened } from '../cli-unit/plan/example.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');
const IMAGE = 'tsmoby.dev/busybox:sample';
let daemon: TestDaemon;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function tsmoby(input: string, ...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}` };
  const child = spawn(process.execPath, [MAIN, ...args], { env, cwd: daemon.folder });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stdout, stderr };
}

async function succeeds(t: ExecutionContext, input: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tsmoby(input, ...args);
  t.is(code, 0, `tsmoby ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const container = (name: string, spec = ''): string =>
  `{apiVersion: tsmoby.dev/v1alpha1, kind: Container, metadata: {name: ${name}}, spec: {image: ${IMAGE}, command: [/bin/busybox, sleep, "600"], terminationGracePeriodSeconds: 0${spec}}}\n`;
const instanceOf = (t: ExecutionContext, name: string): Promise<string> =>
  succeeds(
    t,
    '',
    'get',
    'container',
    name,
    '-o',
    'jsonpath={.status.containerID} {.status.pid} {.status.restartCount}',
  );
const actionsOf = ({ objects, affected }: PlanReport): readonly string[] =>
  [...objects, ...affected].map(({ name, action }) => `${name} ${String(action)}`);

test.before('a daemon with an image', async () => {
  daemon = await startTestDaemon();
  const archive = join(daemon.folder, 'busybox.tar');
  await buildBusyboxArchive({ output: archive, name: IMAGE });
  const image = `{apiVersion: tsmoby.dev/v1alpha1, kind: Image, metadata: {name: busybox}, spec: {reference: "${IMAGE}", archive: {path: ${archive}}}}`;
  const { code, stderr } = await tsmoby(image, 'apply', '-f', '-', '--wait', '--timeout=60s');
  if (code !== 0) throw new Error(stderr);
});

test.after.always('nothing is left', async () => {
  await daemon[Symbol.asyncDispose]();
});

test.serial('the document of docs/plans.md is what a daemon answers', async (t) => {
  const { before, after, report } = await exampleOf();
  const runs = before.replace(
    'image: example.com/web:1',
    `image: ${IMAGE}\n  command: [/bin/busybox, sleep, "600"]\n  terminationGracePeriodSeconds: 0`,
  );
  t.not(runs, before);
  await succeeds(t, runs, 'apply', '-f', '-', '--wait', '--timeout=60s');
  const instance = await instanceOf(t, 'web');
  const run = await tsmoby(after, 'diff', '-f', '-', '-o', 'json');
  t.is(run.code, 1, run.stderr);
  t.deepEqual(shortened(run.stdout), report);
  t.is(await instanceOf(t, 'web'), instance, 'a question changes nothing');
  t.is(await succeeds(t, '', 'get', 'cm', 'site', '-o', 'jsonpath={.data.greeting}'), 'hello');
  await succeeds(t, before, 'delete', '-f', '-', '--timeout=60s');
});

test.serial('limits are changed in place as planned, and the plan holds once', async (t) => {
  await succeeds(t, container('a'), 'apply', '-f', '-', '--wait', '--timeout=60s');
  const instance = await instanceOf(t, 'a');
  const more = container('a', ', resources: {limits: {memory: 64Mi}}');
  const looked = await tsmoby(more, 'diff', '-f', '-', '-o', 'plan=p');
  t.is(looked.code, 1, looked.stderr);
  t.regex(looked.stdout, /\n\ncontainer\.tsmoby\.dev\/a: resized in place.*\n {2}UpdateResources.*\n$/);
  t.is(await instanceOf(t, 'a'), instance);
  t.is(
    await succeeds(t, more, 'apply', '-f', '-', '--plan', 'p', '--wait', '--timeout=60s').then(
      (out) => out.split('\n')[0],
    ),
    'container.tsmoby.dev/a configured - changed in place (spec.resources)',
  );
  t.is(await instanceOf(t, 'a'), instance);
  const again = await tsmoby(more, 'apply', '-f', '-', '--plan', 'p');
  t.is(again.code, 1);
  t.regex(
    again.stderr,
    /^error: container\.tsmoby\.dev\/a in namespace default: it was changed since: generation 2, and 1 when/,
  );
  await succeeds(t, '', 'delete', 'container', 'a', '--timeout=60s');
});

test.serial('new objects and a replacement are carried out as planned', async (t) => {
  await succeeds(t, container('a'), 'apply', '-f', '-', '--wait', '--timeout=60s');
  const [before] = (await instanceOf(t, 'a')).split(' ');
  const volume = '{apiVersion: tsmoby.dev/v1alpha1, kind: Volume, metadata: {name: data}, spec: {}}\n';
  const mounting = ', volumes: [{name: v, volume: {name: data}}], volumeMounts: [{name: v, mountPath: /data}]';
  const files = [container('a', mounting), container('b', mounting), volume].join('---\n');
  const document = await tsmoby(files, 'diff', '-f', '-', '-o', 'json');
  t.deepEqual(actionsOf(JSON.parse(document.stdout) as PlanReport), ['a Replace', 'b Create', 'data Create']);
  t.is((await tsmoby(files, 'diff', '-f', '-', '-o', 'plan=p')).code, 1);
  const plan = await readFile(join(daemon.folder, 'p'), 'utf8');
  t.is((await tsmoby(files, 'diff', '-f', '-', '-o', 'plan=q')).code, 1);
  t.is(await readFile(join(daemon.folder, 'q'), 'utf8'), plan, 'the same question has the same plan');
  await succeeds(t, files, 'apply', '-f', '-', '--plan', 'p', '--wait', '--timeout=60s');
  const [after] = (await instanceOf(t, 'a')).split(' ');
  t.not(after, before);
  t.is((await tsmoby(files, 'diff', '-f', '-')).code, 0);
  await succeeds(t, files, 'delete', '-f', '-', '--timeout=60s');
});
