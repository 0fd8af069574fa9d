/** The machine boots: what was in memory and in run directories is gone, data directory and containerd's data are there. */
import test from 'ava';
import type { Container } from '../../schemas/gen/types.ts';
import { networkTraces } from '../support/daemon/leaks.ts';
import { onMachine } from '../support/daemon/machine.ts';
import type { Space } from '../support/daemon/space.ts';
import { mountsBelow } from '../support/interruption/clear-folders.ts';

// ufw's and dockerd's policies, which are there before the daemon is.
const machine = onMachine(test, {
  async prepare(world) {
    await world.run('sysctl', '-qw', 'net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0');
    await world.run(
      'nft',
      'add table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }',
    );
  },
});

/** Answers each connection with its host name, and writes down each of its starts. */
const SERVER = ['sh', '-c', "hostname >> /kept/starts; exec busybox nc -ll -p 80 -e sh -c 'read -n1 _; hostname'"];
const ASK = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo -n x | busybox nc web 80 && exit 0; sleep 0.3; done; exit 1';

async function applyAll(space: Space): Promise<void> {
  await space.apply({ kind: 'Volume', name: 'kept', spec: {} });
  const subnets = [{ subnet: '10.77.5.0/24' }, { subnet: 'fd77:5::/64' }];
  await space.apply({ kind: 'Network', name: 'back', spec: { subnets } });
  const port = { containerPort: 80, protocol: 'TCP' } as const;
  await space.container('web', {
    command: SERVER,
    ports: [{ ...port, hostPort: 0 }],
    volumes: [{ name: 'kept', volume: { name: 'kept' } }],
    volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
  });
  await space.container('fixed', {
    command: ['sh', '-c', "exec busybox nc -ll -p 80 -e sh -c 'read -n1 _; hostname'"],
    ports: [{ ...port, hostPort: 8080 }],
    networks: [{ name: 'back', ip: '10.77.5.77' }, { name: 'default' }],
  });
  await space.container('side', { command: ['sleep', '600'], networkMode: 'container:web' });
}

const all = (space: Space): Promise<readonly Container[]> =>
  Promise.all(['web', 'fixed', 'side'].map((name) => space.running(name)));

machine.scenario(
  'a machine that boots has every container again, with its addresses, ports and data',
  async (t, space) => {
    const { daemon } = space;
    await applyAll(space);
    const before = await all(space);
    const [web, fixed] = before;
    const hostPort = web?.status?.ports?.[0]?.hostPort ?? 0;
    t.true(fixed?.status?.networks?.some(({ ips }) => ips?.includes('10.77.5.77')));
    t.is((await space.shell('asks', ASK)).trim(), 'web');
    await space.remove('Container', 'asks');
    const held = await machine.holds(daemon);
    for (const [boots, run] of (['gone', 'kept'] as const).entries()) {
      await machine.reboot(daemon, run);
      const after = await Promise.all(
        before.map(({ metadata: { name }, status: was }) =>
          space.until<Container>('Container', name, 'runs again', ({ status }) => {
            return (
              status?.state?.running !== undefined && status.pid !== was?.pid && (status.restartCount ?? 0) > boots
            );
          }),
        ),
      );
      for (const [index, { metadata, status }] of after.entries()) {
        t.deepEqual(status?.networks, before[index]?.status?.networks, metadata.name);
        t.deepEqual(status?.ports, before[index]?.status?.ports, metadata.name);
      }
      t.is(await machine.answers('machine', '127.0.0.1', hostPort, 'web'), 'web');
      t.is(await machine.answers('outside', '192.0.2.1', hostPort, 'web'), 'web');
      t.is(await machine.answers('outside', '192.0.2.1', 8080, 'fixed'), 'fixed');
      t.is((await space.shell('asks', ASK)).trim(), 'web');
      await space.remove('Container', 'asks');
      t.deepEqual(await machine.differsFrom(held, daemon), [], `run directory ${run}`);
    }
    t.is(
      (
        await space.shell('reads', 'cat /kept/starts', {
          volumes: [{ name: 'kept', volume: { name: 'kept' } }],
          volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
        })
      ).trim(),
      'web\nweb\nweb',
    );
    for (const name of ['reads', 'side', 'fixed', 'web']) await space.remove('Container', name);
    for (const name of ['back', 'default']) await space.remove('Network', name);
    const netns = (await mountsBelow(daemon.folder)).filter((path) => path.includes('/netns/'));
    t.deepEqual([...netns, ...(await networkTraces(daemon.identity, machine.world.prefix))], []);
  },
);
