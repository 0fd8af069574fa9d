/** Daemon, netd and containerd are killed, each alone and in pairs, while containers serve. */
import test from 'ava';
import type { Container } from '../../schemas/gen/types.ts';
import type { TestDaemon } from '../support/daemon.ts';
import { callsIn, countedEnvironment, countPrograms } from '../support/daemon/counted-programs.ts';
import { isAlive, processGone } from '../support/daemon/kernel.ts';
import { onMachine } from '../support/daemon/machine.ts';
import { isReady, type Space } from '../support/daemon/space.ts';
import { eventually } from '../support/eventually.ts';

const machine = onMachine(test, { env: countedEnvironment, prepare: (_, folder) => countPrograms(folder) });

/** Answers each connection with its host name. */
const SERVER = ['sh', '-c', "exec busybox nc -ll -p 80 -e sh -c 'read -n1 _; hostname'"];
/** Asks for a name again and again, and writes down how that ended. */
const ASKER =
  'while true; do timeout 20 busybox nslookup web >/dev/null 2>&1 && echo told || echo not; sleep 0.1; done';

const KILLS = [
  ['daemon'],
  ['netd'],
  ['containerd'],
  ['daemon', 'netd'],
  ['daemon', 'containerd'],
  ['netd', 'containerd'],
] as const;

async function kill(daemon: TestDaemon, victims: readonly string[]): Promise<void> {
  const pids = [
    ...(victims.includes('netd') ? [await daemon.netdPid()] : []),
    ...(victims.includes('containerd') ? [await daemon.containerdPid()] : []),
  ];
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  if (victims.includes('daemon')) await daemon.kill9();
  await Promise.all(pids.map(processGone));
}

/** Others have taken their places. */
async function back(daemon: TestDaemon): Promise<void> {
  await eventually('netd runs', async () => isAlive(await daemon.netdPid()));
  await eventually('containerd runs', async () => isAlive(await daemon.containerdPid()));
}

/** Until the controllers have looked at what they found. */
async function settled(space: Space, name: string): Promise<void> {
  await space.container(name, { command: ['sleep', '600'], networkMode: 'none' });
  await space.running(name);
  await space.remove('Container', name);
}

/** A daemon that starts has a look at the rules that it finds. */
const isLook = (call: string): boolean => call.startsWith('nft -j list ');

async function lines(space: Space): Promise<readonly string[]> {
  return (await space.logs('asker')).trim().split('\n');
}

machine.scenario('whoever is killed, containers keep what they have, and answer', async (t, space) => {
  const { daemon } = space;
  const subnets = [{ subnet: '10.77.5.0/24' }];
  await space.apply({ kind: 'Network', name: 'back', spec: { subnets } });
  const ports = [{ containerPort: 80, hostPort: 0, protocol: 'TCP' }] as const;
  await space.container('web', { command: SERVER, ports });
  const networks = [{ name: 'back', ip: '10.77.5.77' }, { name: 'default' }];
  await space.container('fixed', { command: SERVER, networks, ports: [{ ...ports[0], hostPort: 8080 }] });
  await space.container('asker', { command: ['sh', '-c', ASKER] });
  const names = ['web', 'fixed', 'asker'];
  const before = await Promise.all(names.map((name) => space.running(name)));
  const hostPort = before[0]?.status?.ports?.[0]?.hostPort ?? 0;
  t.is(await machine.answers('outside', '192.0.2.1', hostPort, 'web'), 'web');
  t.is(await machine.answers('outside', '192.0.2.1', 8080, 'fixed'), 'fixed');
  await eventually('names are told', async () => (await lines(space)).at(-1) === 'told');
  const held = await machine.holds(daemon);
  for (const victims of KILLS) {
    const what = victims.join(' and ');
    const asked = (await lines(space)).length;
    await kill(daemon, victims);
    t.is(await machine.answers('outside', '192.0.2.1', hostPort, 'web'), 'web', `while ${what} is dead`);
    if (!daemon.running) await daemon.start();
    await back(daemon);
    await settled(space, `after-${victims.join('-')}`);
    for (const { metadata, status: was } of before) {
      const { status } = await space.until<Container>('Container', metadata.name, 'is as before', (object) => {
        return object.status?.pid === was?.pid && object.status?.state?.running !== undefined;
      });
      t.deepEqual(status?.networks, was?.networks, `${metadata.name} after ${what}`);
      t.deepEqual(status?.ports, was?.ports, `${metadata.name} after ${what}`);
      t.is(status?.restartCount, 0, `${metadata.name} after ${what}`);
    }
    t.is(await machine.answers('outside', '192.0.2.1', hostPort, 'web'), 'web', `after ${what}`);
    t.is(await machine.answers('machine', '127.0.0.1', 8080, 'fixed'), 'fixed', `after ${what}`);
    t.deepEqual(await machine.differsFrom(held, daemon), [], `after ${what}`);
    await eventually(`names are told after ${what}`, async () => {
      const since = (await lines(space)).slice(asked);
      return since.length > 3 && since.at(-1) === 'told';
    });
    if (!victims.includes('netd' as never)) {
      const since = (await lines(space)).slice(asked);
      t.false(since.includes('not'), `${what}: ${since.join(' ')}`);
    }
  }
});

machine.scenario(
  'a new daemon, and processes that start again, call no program that makes or changes networks',
  async (t, space) => {
    const { daemon } = space;
    const earlier = (await callsIn(daemon.folder)).length;
    const names = Array.from({ length: 20 }, (_, index) => `web-${index}`);
    for (const name of names) {
      await space.container(name, {
        command: ['sleep', '600'],
        ports: [{ containerPort: 80, hostPort: 0, protocol: 'TCP' }],
      });
    }
    const before = await Promise.all(names.map((name) => space.running(name)));
    const made = await callsIn(daemon.folder);
    t.is(made.slice(earlier).filter((call) => call === 'cni bridge ADD').length, 20);
    const since = async (): Promise<readonly string[]> =>
      (await callsIn(daemon.folder)).slice(made.length).filter((call) => !isLook(call));
    await daemon.kill9();
    await daemon.start();
    for (const name of names) {
      await daemon.client.patch(
        space.ref('Container', name),
        { metadata: { labels: { seen: 'yes' } } },
        { type: 'merge' },
      );
    }
    await settled(space, 'by-the-next');
    t.deepEqual(await since(), [], 'a daemon started');
    for (const { status } of before) process.kill(status?.pid ?? 0, 'SIGKILL');
    const after = await Promise.all(
      names.map((name) =>
        space.until<Container>('Container', name, 'runs again', (object) => {
          return object.status?.restartCount === 1 && isReady(object);
        }),
      ),
    );
    t.deepEqual(await since(), [], 'processes started again');
    t.deepEqual(
      after.map(({ status }) => status?.networks),
      before.map(({ status }) => status?.networks),
    );
  },
);
