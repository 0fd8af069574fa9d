import test from 'ava';
import { Hooks } from '../../../controllers/container/hooks.ts';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionsText, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { UID } from './objects.ts';

type Lifecycle = NonNullable<ContainerSpec['lifecycle']>;
type Hook = NonNullable<Lifecycle['postStart']>;

const exec = (...command: string[]): Hook => ({ exec: { command } });
const sleep = (seconds: number): Hook => ({ sleep: { seconds } });
const postStart = (hook: Hook): Partial<ContainerSpec> => ({ lifecycle: { postStart: hook } });
const preStop = (hook: Hook): Partial<ContainerSpec> => ({ lifecycle: { preStop: hook } });

/** What ignores SIGTERM, where a test asks for it by its command. */
const program = (args: readonly string[]) =>
  args[0] === 'stubborn' ? { steps: [{ type: 'wait' as const }], ignores: [15] } : undefined;

async function open(): Promise<{ world: ContainerWorld; time: ManualTime }> {
  const time = new ManualTime();
  return { world: await ContainerWorld.open({ time, program }), time };
}

const commands = (world: ContainerWorld): readonly string[] =>
  world.runtime.probes.asked.map(({ action }) => (action.type === 'exec' ? action.command.join(' ') : action.type));

const kills = (world: ContainerWorld): number => world.controls.calls.get('containers.kill') ?? 0;

test('the hook after the start is done once in a run, and then it has started', async (t) => {
  const { world } = await open();
  await using _world = world;
  await world.apply('web', postStart(exec('warm-up')));
  const web = await world.running('web');
  t.like(web.status, { started: true, ready: true, postStarted: true });
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual(commands(world), ['warm-up']);
  world.controls.exitTask(world.only(web), 1);
  await world.running('web', ({ restartCount }) => restartCount === 1);
  t.deepEqual(commands(world), ['warm-up', 'warm-up'], 'another run, another hook');
});

test('a hook asks by HTTP where the process is, on the port of that name', async (t) => {
  const { world } = await open();
  await using _world = world;
  const hook = { httpGet: { port: 'admin', path: '/warm?up=1', httpHeaders: [{ name: 'A', value: 'b' }] } };
  await world.apply('web', { ...postStart(hook), ports: [{ name: 'admin', containerPort: 99 }], hostNetwork: true });
  const { status } = await world.running('web');
  const [asked] = world.runtime.probes.asked;
  t.like(asked?.action, { type: 'http', port: 99, path: '/warm?up=1', headers: [{ name: 'A', value: 'b' }] });
  t.like(asked?.target, { pid: status?.pid ?? 0, address: '127.0.0.1', inside: false });
});

test('while the hook is under way it has not started, and no probe is asked', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  await world.apply('web', { ...postStart(sleep(60)), startupProbe: { tcpSocket: { port: 1 } } });
  const early = await world.until('runs', 'web', ({ state }) => state?.running);
  await world.quiet();
  t.is(conditionsText(early), 'Ready=False NotStarted, Reconciling=True NotStarted');
  t.is(early.status?.started, false);
  t.deepEqual(world.runtime.probes.list(), []);
  t.deepEqual(await world.costOfNothing(), []);
  // Another hook is for the next run.
  await world.apply('web', postStart(sleep(1)));
  await time.pass(50_000);
  t.is((await world.get('web')).status?.started, false);
  await time.pass(10_000);
  t.like((await world.running('web')).status, { restartCount: 0, pid: early.status?.pid ?? 0 });
});

test('a failed hook ends the run, which has failed, and the next one is waited for', async (t) => {
  const { world } = await open();
  await using _world = world;
  await world.apply('web', postStart(exec('false')));
  const web = await world.running('web');
  world.controls.answerProbe(world.only(web), 'failure', 'exit code 1');
  world.controls.exitTask(world.only(web), 1);
  const { status } = await world.until(
    'fails',
    'web',
    ({ crashCount, nextStartTime }) => crashCount === 3 && nextStartTime,
  );
  t.like(status?.lastState?.terminated, { reason: 'FailedPostStartHook', message: 'exit code 1' });
  t.is(status?.state?.waiting?.reason, 'CrashLoopBackOff');
  t.true((await world.events('web')).includes('FailedPostStartHook'));
  world.controls.answerProbe(world.only(web), 'success');
  t.like((await world.running('web')).status, { started: true });
});

test('a daemon that dies while the hook is under way begins it again; one that dies later does not', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  await world.apply('web', {
    ...postStart(sleep(60)),
    startupProbe: { tcpSocket: { port: 1 }, initialDelaySeconds: 300 },
  });
  const { status } = await world.until('runs', 'web', ({ state }) => state?.running);
  await time.pass(50_000);
  await world.stop();
  await world.start();
  await time.pass(50_000);
  t.is((await world.get('web')).status?.postStarted, undefined);
  await time.pass(11_000);
  await world.until('the hook has ended', 'web', ({ postStarted }) => postStarted === true);
  await world.quiet();
  await world.stop();
  await world.start();
  await world.quiet();
  t.deepEqual(world.writes, []);
  t.like((await world.get('web')).status, { started: false, postStarted: true });
  await time.pass(300_000);
  t.like((await world.running('web')).status, { restartCount: 0, pid: status?.pid ?? 0 });
});

for (const connected of [true, false]) {
  test(`a hook that fails while the runtime is ${connected ? 'there has failed' : 'away has told nothing'}`, async (t) => {
    const hooks = new Hooks(() => connected);
    const { promise, resolve } = Promise.withResolvers<string>();
    hooks.onEnd(resolve);
    hooks.begin(`${UID}-a`, 7, 'postStart', async () => ({ success: false, message: 'no' }));
    t.is(hooks.get(`${UID}-a`, 7, 'postStart'), 'running');
    t.is(hooks.get(`${UID}-a`, 8, 'postStart'), undefined, 'of another process');
    t.is(await promise, UID);
    t.deepEqual(hooks.get(`${UID}-a`, 7, 'postStart'), connected ? { success: false, message: 'no' } : undefined);
  });
}

test('the hook before the end comes before the signal', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  await world.apply('web', preStop(sleep(10)));
  const web = await world.running('web');
  await world.delete('web');
  await world.until('is stopping', 'web', ({ summary }) => summary === 'Terminating');
  await time.pass(9000);
  t.is(kills(world), 0);
  t.deepEqual(world.instances(web), [`${world.only(web)} running`]);
  await time.pass(1500);
  await world.gone('web');
  t.is(kills(world), 1);
});

test('the hook counts towards the time of grace; the signal leaves two seconds at the least', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  await world.apply('web', { ...preStop(sleep(100)), command: ['stubborn'], terminationGracePeriodSeconds: 100 });
  await world.running('web');
  await world.quiet();
  await world.delete('web', { gracePeriodSeconds: 5 });
  await time.pass(4500);
  t.is(kills(world), 0);
  await time.pass(1000);
  t.is(kills(world), 1, 'asked when the time of grace is over');
  await time.pass(1000);
  t.is(kills(world), 1);
  await time.pass(1500);
  t.is(kills(world), 2, 'killed two seconds later');
  await world.gone('web');
  t.true((await world.events('web')).includes('FailedPreStopHook'));
});

test('a hook that fails keeps nothing from ending', async (t) => {
  const { world } = await open();
  await using _world = world;
  await world.apply('web', preStop(exec('false')));
  const web = await world.running('web');
  world.controls.answerProbe(world.only(web), 'failure', 'exit code 1');
  await world.delete('web');
  await world.gone('web');
  t.deepEqual(commands(world), ['false']);
  t.true((await world.events('web')).includes('FailedPreStopHook'));
});

test('a hook that asks at a port which is not there keeps nothing from ending', async (t) => {
  const { world } = await open();
  await using _world = world;
  await world.apply('web');
  await world.running('web');
  await world.apply('web', preStop({ httpGet: { port: 'nope' } }));
  await world.delete('web');
  await world.gone('web');
  t.true((await world.events('web')).includes('FailedPreStopHook'));
});

test('a process that ends by itself has no hook before its end', async (t) => {
  const { world } = await open();
  await using _world = world;
  await world.apply('web', preStop(exec('bye')));
  const web = await world.running('web');
  world.controls.exitTask(world.only(web), 1);
  await world.running('web', ({ restartCount }) => restartCount === 1);
  t.deepEqual(commands(world), []);
});

test('without any time of grace there is none for the hook', async (t) => {
  const { world } = await open();
  await using _world = world;
  await world.apply('web', { ...preStop(exec('bye')), terminationGracePeriodSeconds: 0 });
  await world.running('web');
  await world.delete('web');
  await world.gone('web');
  t.deepEqual(commands(world), []);
});

test('what is replaced and what is unhealthy has its hook before its end, too', async (t) => {
  const { world } = await open();
  await using _world = world;
  const spec = { ...preStop(exec('bye')), livenessProbe: { tcpSocket: { port: 1 } } };
  await world.apply('web', spec);
  await world.running('web');
  await world.apply('web', { ...spec, args: ['sleep', '1000000'] });
  const second = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.deepEqual(commands(world), ['bye']);
  const [key = ''] = world.runtime.probes.list();
  world.controls.answerProbe(key, 'failure', 'HTTP 500');
  const { status } = await world.running('web', ({ restartCount }) => restartCount === 2);
  t.deepEqual(commands(world), ['bye', 'bye']);
  t.is(status?.lastState?.terminated?.reason, 'Unhealthy');
  t.is(status?.containerID, second.status?.containerID);
});

test('what is wanted again before its hook has ended is not stopped, and its probes go on', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  const spec = { ...preStop(sleep(20)), readinessProbe: { tcpSocket: { port: 1 } } };
  await world.apply('web', spec);
  const before = await world.running('web');
  await world.apply('web', { ...spec, args: ['sleep', '1000000'] });
  await world.until('is stopping', 'web', ({ summary }) => summary === 'Stopping');
  t.deepEqual(world.runtime.probes.list(), []);
  await world.apply('web', spec);
  await world.running('web');
  await time.pass(60_000);
  await world.quiet();
  t.is(kills(world), 0);
  t.is(world.runtime.probes.list().length, 1);
  t.like((await world.running('web')).status, { pid: before.status?.pid ?? 0, restartCount: 0 });
});

test('a daemon that dies during the hook before the end does it again, and the end comes', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  await world.apply('web', preStop(exec('bye')));
  const web = await world.running('web');
  world.controls.answerProbe(world.only(web), 'silent');
  await world.delete('web');
  await world.eventually('the hook is under way', () => commands(world).length === 1);
  await world.stop();
  await world.start();
  await world.eventually('it is again', () => commands(world).length === 2);
  await time.pass(31_000);
  await world.gone('web');
  t.deepEqual(
    (await world.holdings()).filter((what) => !what.startsWith('images')),
    [],
  );
});

test('what is replaced is stopped as its own revision says: its hook, its time of grace', async (t) => {
  const { world, time } = await open();
  await using _world = world;
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  const stubborn = { command: ['stubborn'], ...preStop(exec('old')), terminationGracePeriodSeconds: 4 };
  await world.apply('web', stubborn);
  const before = await world.running('web');
  await world.apply('web', {
    ...stubborn,
    ...preStop(exec('new')),
    terminationGracePeriodSeconds: 600,
    image: 'app:2',
  });
  await world.until('is being stopped', 'web', ({ summary }) => summary === 'Stopping');
  const began = time.now();
  await world.running('web', ({ pid }) => pid !== before.status?.pid);
  t.deepEqual(commands(world), ['old']);
  t.true(time.now() - began < 20_000, `killed after ${time.now() - began} ms`);
  await world.delete('web');
  await world.until('is being stopped', 'web', ({ summary }) => summary === 'Terminating');
  await world.eventually('its own hook is done', () => commands(world).includes('new'));
});
