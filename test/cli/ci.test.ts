/** `tsmoby ci` on a daemon that runs: copies that come up, are used, and go, however the job ends. */
import test from 'ava';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { environments, runJob, startJob, type Ended, type Job } from '../support/ci/job.ts';
import { IMAGE, once, SLEEPER, WEB } from '../support/ci/manifests.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { assertHoldsNothing } from '../support/daemon/scenario.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let folder: string;
const options = (): { readonly cwd: string; readonly socketPath: string } => ({
  cwd: folder,
  socketPath: daemon.socketPath,
});

/** Writes the manifests, and runs a job of them. */
async function job(name: string, manifests: readonly string[], args: readonly string[]): Promise<Job> {
  await writeFile(join(folder, `${name}.yaml`), manifests.join('---\n'));
  return startJob(['-f', `${name}.yaml`, '-n', name, ...args], options());
}

const run = async (name: string, manifests: readonly string[], args: readonly string[]): Promise<Ended> =>
  await (
    await job(name, manifests, args)
  ).ended;

test.before('a daemon, and an image', async () => {
  daemon = await startTestDaemon();
  folder = join(daemon.folder, 'job');
  await mkdir(folder);
  await buildBusyboxArchive({ output: join(folder, 'busybox.tar'), name: 'busybox:latest' });
});

test.after.always('nothing is left', async () => {
  await daemon[Symbol.asyncDispose]();
});

/** Those of jobs that have ended, but for the one that was killed. */
const left = async (): Promise<readonly string[]> =>
  (await environments(daemon.client)).filter((name) => !name.startsWith('killed-'));

test.afterEach('no environment is left', async (t) => {
  t.deepEqual(await left(), []);
});

/** Its environment has time until all others are through. */
let killed: Promise<number>;

test.serial('a job is killed with SIGKILL while its command runs', async (t) => {
  const command = ['--', 'sh', '-c', 'echo runs; exec sleep 5'];
  const { child, shows } = await job('killed', [IMAGE, SLEEPER, WEB], ['--set', 'WHO=x', ...command]);
  await shows(/^runs$/m);
  t.is((await environments(daemon.client)).length, 1);
  child.kill('SIGKILL');
  killed = secondsUntilGone(performance.now());
  killed.catch(() => undefined); // told by the test that waits for it
});

async function secondsUntilGone(begin: number): Promise<number> {
  await eventually('the environment is gone', async () => {
    await sleep(100);
    return (await environments(daemon.client)).every((name) => !name.startsWith('killed-'));
  });
  return (performance.now() - begin) / 1000;
}

test.serial('the command reaches its copy, and its exit code is passed on; what was said is kept', async (t) => {
  const script = 'wget -qO- http://$TSMOBY_ADDRESS_WEB; echo "$TSMOBY_PORT_WEB_HTTP $TSMOBY_NAMESPACE"; exit 7';
  const all = [IMAGE, WEB, once('migrate', 'echo migrated')];
  const ended = await run('shop', all, ['--set', 'WHO=moby', '--', 'sh', '-c', script]);
  t.is(ended.code, 7, ended.stderr);
  t.regex(ended.stdout, /^hello moby\n\d+ shop-[a-z0-9]{5}\n$/);
  t.regex(ended.stderr, /container\.tsmoby\.dev\/migrate is ready after/);
  t.regex(ended.stderr, /environment shop-[a-z0-9]{5} is gone after/);
  const artifacts = join(folder, 'tsmoby-artifacts');
  t.is(await readFile(join(artifacts, 'logs/migrate.log'), 'utf8'), 'migrated\n');
  t.regex(await readFile(join(artifacts, 'events.txt'), 'utf8'), /\tStarted\tContainer\/web\t/);
  t.regex(await readFile(join(artifacts, 'objects/container-web.yaml'), 'utf8'), /phase: Running/);
  const junit = await readFile(join(artifacts, 'junit.xml'), 'utf8');
  t.regex(junit, /tests="3" failures="1"/);
  t.regex(junit, /classname="tsmoby ci shop.Container" name="web" time="[\d.]+"\/>/);
});

test.serial('a container that fails ends the job at once, with its last lines; the command is not run', async (t) => {
  const fails = once('migrate', 'echo no such table; exit 3');
  const ended = await run('fails', [IMAGE, SLEEPER, fails], ['--artifacts', 'out', '--', 'echo', 'was run']);
  t.is(ended.code, 125);
  t.is(ended.stdout, '');
  t.regex(ended.stderr, /container\.tsmoby\.dev\/migrate failed: .*code 3[^]*\n {2}no such table\n/);
  t.is(await readFile(join(folder, 'out/logs/migrate.log'), 'utf8'), 'no such table\n');
  t.regex(
    await readFile(join(folder, 'out/junit.xml'), 'utf8'),
    /name="migrate"[^]*<failure message="[^"]*code 3[^]*no such table/,
  );
});

test.serial('what is not ready in time is told with its reason', async (t) => {
  const never = `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: { name: never }\nspec: { image: 'localhost:1/none:1' }\n`;
  const ended = await run('late', [never], ['--timeout', '2s', '--', 'true']);
  t.is(ended.code, 125);
  t.regex(ended.stderr, /container\.tsmoby\.dev\/never is not ready after 2 s: .*(localhost:1|image)/i);
});

test.serial('in place of a command, the exit code is that of a container, whose output is shown', async (t) => {
  const tests = once('tests', 'wget -qO- http://web:8080; exit 4');
  const ended = await run(
    'inside',
    [IMAGE, WEB, tests.replace('spec:', 'spec:\n  dependsOn: [{ name: web, condition: Ready }]')],
    ['--set', 'WHO=you', '--exit-code-from', 'tests'],
  );
  t.is(ended.code, 4, ended.stderr);
  t.is(ended.stdout, 'hello you\n');
});

test.serial('a command that is not there is 127; manifests with mistakes start nothing', async (t) => {
  t.is((await run('absent', [IMAGE], ['--', 'no-such-program'])).code, 127);
  const named = IMAGE.replace('name: busybox', 'name: busybox, namespace: other');
  const ended = await run('mistakes', [named], ['--', 'true']);
  t.is(ended.code, 125);
  t.regex(ended.stderr, /mistakes\.yaml:3:28: namespace "other" is named here/);
  const builder = 'apiVersion: tsmoby.dev/v1alpha1\nkind: Builder\nmetadata: { name: b }\nspec: { managed: true }\n';
  t.regex((await run('wide', [builder], ['--', 'true'])).stderr, /a Builder belongs to no namespace/);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test.serial(`${signal} is handed on to the command, and all is torn down`, async (t) => {
    const script = `trap 'echo told; exit 9' ${signal.slice(3)}; echo runs; while :; do sleep 0.1; done`;
    const { child, ended, shows } = await job('signal', [IMAGE], ['--', 'sh', '-c', script]);
    await shows(/^runs$/m);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    t.is(code, 9, stderr);
    t.is(stdout, 'runs\ntold\n');
    t.regex(stderr, /is gone after/);
  });
}

test.serial('a signal while objects come up ends the job', async (t) => {
  const { child, ended, shows } = await job('early', [IMAGE, once('slow', 'sleep 600')], ['--', 'true']);
  await shows(/busybox is ready/);
  child.kill('SIGTERM');
  t.is((await ended).code, 143);
});

test.serial('with --keep-on-failure all stays, and one is told how to look and how to have it gone', async (t) => {
  const ended = await run('kept', [IMAGE, SLEEPER], ['--keep-on-failure', '--', 'false']);
  t.is(ended.code, 1);
  const [namespace = ''] = await left();
  t.regex(
    ended.stderr,
    new RegExp(`TSMOBY_NAMESPACE=${namespace} tsmoby get all[^]*tsmoby delete namespace ${namespace}`),
  );
  const { annotations = {} } = (await daemon.client.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }))
    .metadata;
  t.false('tsmoby.dev/lease' in annotations);
  await daemon.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await eventually('it is gone', async () => (await left()).length === 0);
});

test.serial('of the job that was killed nothing is left after a while', async (t) => {
  const seconds = await killed;
  t.log(`its environment was gone after ${seconds.toFixed(1)} s`);
  t.deepEqual(await environments(daemon.client), []);
  await assertHoldsNothing(daemon);
});

test.serial(
  'copies that want the same port of the machine run beside each other, and see only themselves',
  async (t) => {
    const count = Number(process.env['TSMOBY_TEST_JOBS'] ?? 8);
    await writeFile(join(folder, 'copies.yaml'), [IMAGE, WEB].join('---\n'));
    const script =
      'sleep 1; wget -qO- http://$TSMOBY_ADDRESS_WEB; wget -qO- http://$TSMOBY_IP_WEB:8080; echo $TSMOBY_PORT_WEB';
    const ended = await Promise.all(
      Array.from({ length: count }, (_, number) =>
        runJob(['-f', 'copies.yaml', '--set', `WHO=${number}`, '--', 'sh', '-c', script], options()),
      ),
    );
    for (const [number, { code, stdout, stderr }] of ended.entries()) {
      t.is(code, 0, stderr);
      t.regex(stdout, new RegExp(`^hello ${number}\nhello ${number}\n\\d+\n$`));
    }
    t.is(new Set(ended.map(({ stdout }) => stdout.split('\n')[2])).size, count);
  },
);
