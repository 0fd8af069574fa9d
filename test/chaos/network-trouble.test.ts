/** What others do to networks: firewalls that drop, somebody at port 53, a container that asks for names without an end. */
import { readdir, readFile } from 'node:fs/promises';
import test from 'ava';
import type { Network } from '../../schemas/gen/types.ts';
import { openInside } from '../real/netd/machine.ts';
import { onMachine } from '../support/daemon/machine.ts';
import type { Space } from '../support/daemon/space.ts';
import { conditionOf } from '../support/daemon/space.ts';
import { eventually } from '../support/eventually.ts';

/** As dockerd and ufw leave a machine behind. */
const FIREWALL = [
  'iptables -N DOCKER-USER',
  'iptables -A DOCKER-USER -j RETURN',
  'iptables -A FORWARD -j DOCKER-USER',
  'iptables -P FORWARD DROP',
  'ip6tables -P FORWARD DROP',
  'iptables -t nat -N DOCKER',
  'iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
  'iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
  'iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
  'iptables -A INPUT -i lo -j ACCEPT',
  'iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  'iptables -P INPUT DROP',
];

const machine = onMachine(test, {
  async prepare(world) {
    for (const command of FIREWALL) await world.run(...command.split(' '));
  },
});

/** Answers each connection with its host name. */
const SERVER = ['sh', '-c', "exec busybox nc -ll -p 80 -e sh -c 'read -n1 _; hostname'"];
const PORT = { containerPort: 80, hostPort: 0, protocol: 'TCP' } as const;
const asks = (host: string, port: number): string =>
  `for i in 1 2 3 4 5 6 7 8 9 10; do (echo -n x; sleep 0.2) | timeout 2 busybox nc ${host} ${port} && exit 0; sleep 0.3; done; exit 1`;

async function gatewayOf(space: Space): Promise<string> {
  const { status } = await space.ready<Network>('Network', 'default');
  return status?.subnets?.[0]?.gateway ?? '';
}

machine.scenario('beside firewalls that drop, ports lead in and containers find their way out', async (t, space) => {
  await machine.world.outside.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'here' });
  await space.container('web', { command: SERVER, ports: [PORT] });
  const { status } = await space.running('web');
  const hostPort = status?.ports?.[0]?.hostPort ?? 0;
  for (const called of ['1', '0']) {
    await machine.world.run('sysctl', '-qw', `net.bridge.bridge-nf-call-iptables=${called}`);
    t.is(await machine.answers('outside', '192.0.2.1', hostPort, 'web'), 'web');
    t.is(await machine.answers('machine', '127.0.0.1', hostPort, 'web'), 'web');
    const out = '(echo -n x; sleep 0.5) | timeout 2 busybox nc 192.0.2.2 8080 | head -n 1';
    const script = `(${asks('web', 80)}) && ${out}`;
    t.is(
      (await space.shell(`asks-${called}`, script)).trim(),
      'web\nhere 192.0.2.1',
      `bridge-nf-call-iptables ${called}`,
    );
  }
});

machine.scenario(
  'somebody at port 53 is told on the network, and names are answered when he has gone',
  async (t, space) => {
    const { machine: stranger } = machine.world;
    t.is(await stranger.order({ type: 'serve', protocol: 'UDP', port: 53, label: 'stranger' }), 'serving');
    await space.container('web', { command: SERVER });
    await space.running('web');
    const { message } = await space.condition('Network', 'default', 'DNSReady', 'DNSPortTaken');
    t.regex(message, /port 53 of [\d.]+ is held by node \(pid \d+\)/);
    t.is(conditionOf(await space.get('Network', 'default'), 'Ready')?.status, 'True');
    await stranger.order({ type: 'stop' });
    await space.condition('Network', 'default', 'DNSReady', 'Answering');
    t.is((await space.shell('asks', asks('web', 80))).trim(), 'web');
  },
);

machine.scenario(
  'a container that asks for 5,000 names a second keeps no other from being told, and harms nobody',
  async (t, space) => {
    const { daemon } = space;
    await space.container('web', { command: SERVER });
    await space.container('noisy', { command: ['sleep', '600'] });
    const [, noisy] = [await space.running('web'), await space.running('noisy')];
    const pid = await daemon.netdPid();
    const [files, memory] = [await openFiles(pid), await residentBytes(pid)];
    await using inside = await openInside(['nsenter', `--net=/proc/${noisy.status?.pid}/ns/net`, '--']);
    const flood = inside.do('flood', {
      server: await gatewayOf(space),
      from: noisy.status?.ip ?? '',
      name: 'silent.example.org',
      perSecond: 5000,
      milliseconds: 3000,
    });
    // Packets are lost where nobody has the time to take them: on a busy machine one asks again, as resolvers do.
    const told = 'for again in 1 2 3 4 5; do busybox nslookup web >/dev/null 2>&1 && return; done; return 1';
    const script = `told() { ${told}; }; n=0; for i in 1 2 3 4 5 6 7 8 9 10; do told && n=$((n+1)); done; echo $n`;
    t.is((await space.shell('asks', script)).trim(), '10');
    await flood;
    t.true(daemon.running);
    t.is(await daemon.netdPid(), pid);
    await eventually('no socket is left open', async () => (await openFiles(pid)) <= files + 2);
    t.true((await residentBytes(pid)) - memory < 64 << 20);
  },
);

const openFiles = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

async function residentBytes(pid: number): Promise<number> {
  return Number(/^VmRSS:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
