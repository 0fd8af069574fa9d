import test from 'ava';
import { eventually } from '../../support/eventually.ts';
import { openMachine } from './machine.ts';

const tcp = { protocol: 'TCP', hostPort: 8080 } as const;

test('a reserved port is taken for everybody else, at each address, and whoever comes to it is turned away', async (t) => {
  await using machine = await openMachine();
  const udp = { protocol: 'UDP', hostIP: '127.0.0.1', hostPort: 8080 } as const;
  t.deepEqual(await machine.opened.netd.setReservations([tcp, udp]), []);
  for (const held of [
    { protocol: 'TCP', host: '127.0.0.9' },
    { protocol: 'TCP', host: '::1' },
    { protocol: 'UDP', host: '127.0.0.1' },
  ])
    await t.throwsAsync(machine.inside.do('hold', { ...held, port: 8080 }), { message: /EADDRINUSE/ });
  t.is(await machine.inside.do('dial', { host: '127.0.0.1', port: 8080 }), 'ECONNRESET');
  t.deepEqual(await machine.opened.netd.setReservations([udp]), []);
  await machine.inside.do('hold', { protocol: 'TCP', host: '127.0.0.9', port: 8080 });
  t.pass();
});

test('a port that a stranger has is told with who he is, keeps no other, and is had when he lets go', async (t) => {
  await using machine = await openMachine();
  const id = await machine.inside.do('hold', { protocol: 'TCP', host: '127.0.0.1', port: 8080 });
  const other = { ...tcp, hostPort: 8081 };
  const problems = await machine.opened.netd.setReservations([tcp, other]);
  t.deepEqual(problems, [
    { ...tcp, reason: 'PortTaken', message: `TCP port 8080 is held by node (pid ${machine.inside.pid})` },
  ]);
  t.is(await machine.inside.do('dial', { host: '127.0.0.1', port: 8081 }), 'ECONNRESET');
  await machine.inside.do('release', { id });
  t.deepEqual(await machine.opened.netd.setReservations([tcp, other]), []);
});

test('an address that the machine does not have is refused by name', async (t) => {
  await using machine = await openMachine();
  const wanted = { ...tcp, hostIP: '192.0.2.1' };
  const [problem] = await machine.opened.netd.setReservations([wanted]);
  t.deepEqual(problem, { ...wanted, reason: 'PortUnsupported', message: '192.0.2.1 is no address of this machine' });
});

test('a picked port is free, and different from those that are reserved', async (t) => {
  await using machine = await openMachine();
  for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
    const port = await machine.opened.netd.pickPort(protocol, '127.0.0.1');
    t.deepEqual(await machine.opened.netd.setReservations([{ protocol, hostIP: '127.0.0.1', hostPort: port }]), []);
  }
});

test('a killed netd has its ports again', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setReservations([tcp]);
  await machine.processes.signal(await machine.identity(), 'SIGKILL');
  await eventually(
    'the port is held again',
    async () => (await machine.inside.do('dial', { host: '127.0.0.1', port: 8080 })) === 'ECONNRESET',
  );
  t.pass();
});
