import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parseProcessStat } from '../../../runtime/host/process-stat.ts';
import { openNetd } from '../../../runtime/netd/open-netd.ts';
import { eventually } from '../../support/eventually.ts';
import { openMachine } from './machine.ts';
import { quick } from './probed.ts';
import { host, network } from './table.ts';

const web = host('web', { a: ['127.77.1.5'] });
const table = { networks: [network('a', 1), network('b', 2)], hosts: [web, host('db', { b: ['127.77.2.6'] })] };
const ofWeb = { server: '127.77.1.1', from: '127.77.1.5', name: 'web' };

test('names are answered over UDP and TCP, by the networks of who asks', async (t) => {
  await using machine = await openMachine();
  t.deepEqual(await machine.opened.netd.setNames(table), []);
  for (const tcp of [false, true]) {
    t.deepEqual(await machine.inside.do('ask', { ...ofWeb, tcp }), {
      rcode: 'NOERROR',
      data: ['127.77.1.5'],
      truncated: false,
    });
  }
  const other = await machine.inside.do('ask', { ...ofWeb, name: 'db.default' });
  t.is(other?.rcode, 'SERVFAIL', 'a name of another network is none, and there are no resolvers');
  const stranger = await machine.inside.do('ask', { ...ofWeb, from: '127.1.1.1' });
  t.is(stranger?.rcode, 'REFUSED');
});

test('other names come from the resolvers of the machine, also when they need TCP or the first one is silent', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setNames(table);
  await machine.inside.do('resolver', { address: '127.0.0.53' });
  // the first is a gateway of ours, at the second nobody listens
  await machine.setResolvers('127.77.1.1', '127.0.0.99', '127.0.0.53');
  await eventually('the file is read', async () => {
    const told = await machine.inside.do('ask', { ...ofWeb, name: 'example.org' });
    return told?.data[0] === '192.0.2.1';
  });
  const small = await machine.inside.do('ask', { ...ofWeb, name: 'big.example.org' });
  t.like(small, { rcode: 'NOERROR', data: [], truncated: true });
  const large = await machine.inside.do('ask', { ...ofWeb, name: 'big.example.org', udpBytes: 1232 });
  t.is(large?.data.length, 30);
  const stream = await machine.inside.do('ask', { ...ofWeb, name: 'big.example.org', tcp: true });
  t.is(stream?.data.length, 30);
});

test('a resolver that cannot or does not want to answer is passed over; what the first one says is told when none does', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setNames(table);
  for (const [address, rcode] of [
    ['127.0.0.51', 5],
    ['127.0.0.52', 2],
  ] as const)
    await machine.inside.do('resolver', { address, rcode });
  await machine.inside.do('resolver', { address: '127.0.0.53' });
  const outside = { ...ofWeb, name: 'example.org' };
  await machine.setResolvers('127.0.0.51', '127.0.0.52', '127.0.0.53');
  t.deepEqual((await machine.inside.do('ask', outside))?.data, ['192.0.2.1']);
  await machine.setResolvers('127.0.0.51', '127.0.0.52');
  await eventually('the file is read', async () => (await machine.inside.do('ask', outside))?.rcode === 'REFUSED');
});

test('a resolver that is silent is asked after the others for a while', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setNames(table);
  const [mute, well] = ['127.0.0.52', '127.0.0.53'];
  await machine.inside.do('resolver', { address: mute, mute: true });
  await machine.inside.do('resolver', { address: well });
  await machine.setResolvers(mute, well);
  const ask = () => machine.inside.do('ask', { ...ofWeb, name: 'example.org' });
  const asked = () => machine.inside.do('asked', { address: mute });
  const isAnswered = async (): Promise<boolean> => (await ask())?.data[0] === '192.0.2.1';
  await eventually('it left two unanswered', async () => (await isAnswered()) && (await asked()) >= 2);
  // Where all is slow, the while may end in between: then it is asked once more, and passed over again.
  await eventually('others are asked without it', async () => {
    const before = await asked();
    for (let n = 0; n < 4; n++) if (!(await isAnswered())) return false;
    return (await asked()) === before;
  });
  t.pass();
});

test('resolvers to which there is no way cost an answer and no more', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setNames(table);
  const before = await machine.identity();
  await machine.setResolvers('192.0.2.53', '2001:db8::53');
  const told = await machine.inside.do('ask', { ...ofWeb, name: 'example.org' });
  t.is(told?.rcode, 'SERVFAIL');
  t.deepEqual((await machine.inside.do('ask', ofWeb))?.data, ['127.77.1.5']);
  t.deepEqual(await machine.identity(), before, 'it is the same netd');
});

test('who is in internal networks only is told of no names but theirs', async (t) => {
  await using machine = await openMachine();
  await machine.inside.do('resolver', { address: '127.0.0.53' });
  await machine.setResolvers('127.0.0.53');
  const both = host('both', { a: ['127.77.1.7'], b: ['127.77.2.7'] });
  const networks = [{ ...network('a', 1), internal: true }, network('b', 2)];
  await machine.opened.netd.setNames({ networks, hosts: [web, both] });
  t.deepEqual((await machine.inside.do('ask', ofWeb))?.data, ['127.77.1.5']);
  const outside = { ...ofWeb, name: 'example.org' };
  t.is((await machine.inside.do('ask', outside))?.rcode, 'NXDOMAIN');
  t.deepEqual((await machine.inside.do('ask', { ...outside, from: '127.77.1.7' }))?.data, ['192.0.2.1']);
});

test('many hosts of one name are all told as far as they fit, and who is first takes turns', async (t) => {
  await using machine = await openMachine();
  const hosts = Array.from({ length: 60 }, (_, n) =>
    host(`host-${n}`, {}, { places: [{ network: 'a', addresses: [`127.77.1.${n + 10}`], names: ['all'] }] }),
  );
  await machine.opened.netd.setNames({ networks: [network('a', 1)], hosts });
  const ask = { server: '127.77.1.1', from: '127.77.1.10', name: 'all' };
  const plain = await machine.inside.do('ask', ask);
  t.true(plain?.truncated && plain.data.length > 10);
  const whole = await machine.inside.do('ask', { ...ask, tcp: true });
  t.is(new Set(whole?.data).size, 60);
  const again = await machine.inside.do('ask', { ...ask, tcp: true });
  t.not(again?.data[0], whole?.data[0]);
});

test('a killed netd is replaced and answers as before', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setNames(table);
  const first = await machine.identity();
  await machine.processes.signal(first, 'SIGKILL');
  await eventually('it answers again', async () => (await machine.inside.do('ask', ofWeb))?.data.length === 1);
  t.not((await machine.identity()).pid, first.pid);
});

test('the next daemon adopts the same netd; while there is none, names end with their process', async (t) => {
  await using machine = await openMachine();
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const stat = parseProcessStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  const served = { ...web, process: { pid, startTime: stat?.startTime ?? '' } };
  await machine.opened.netd.setNames({ networks: [network('a', 1)], hosts: [served] });
  const before = await machine.identity();
  await machine.opened[Symbol.asyncDispose]();
  t.deepEqual((await machine.inside.do('ask', ofWeb))?.data, ['127.77.1.5'], 'it goes on');
  child.kill('SIGKILL');
  await exited;
  await eventually('the name has no address', async () => {
    const told = await machine.inside.do('ask', ofWeb);
    return told?.rcode === 'NOERROR' && told.data.length === 0;
  });
  await using _next = await openNetd(machine.options);
  t.deepEqual(await machine.identity(), before);
});

test('a netd that is stopped is replaced by the next daemon', async (t) => {
  await using machine = await openMachine();
  await machine.opened.netd.setNames(table);
  const before = await machine.identity();
  await machine.opened[Symbol.asyncDispose]();
  await machine.processes.signal(before, 'SIGSTOP');
  await using next = await openNetd(machine.options);
  t.not((await machine.identity()).pid, before.pid);
  t.false(await machine.processes.isAlive(before));
  await next.netd.setNames(table);
  t.deepEqual((await machine.inside.do('ask', ofWeb))?.data, ['127.77.1.5']);
});

test('a netd of another version takes over names, ports and what is known of probes', async (t) => {
  await using machine = await openMachine();
  const spec = quick({ type: 'tcp', port: 53 });
  const target = { instanceId: 'i', pid: 1, startedAt: 0, address: '127.77.1.1', inside: false };
  const { netd, probes } = machine.opened;
  await netd.setNames(table);
  await netd.setReservations([{ protocol: 'TCP', hostPort: 8080 }]);
  await eventually('it is known', () => probes.keep('a', spec, target).outcome === 'success');
  const before = await machine.identity();
  await machine.opened[Symbol.asyncDispose]();
  const program = join(machine.options.runDirectory, 'newer');
  await cp(join(import.meta.dirname, '../../../runtime/netd/program'), program, { recursive: true });
  await writeFile(join(program, 'main.ts'), '// newer\n', { flag: 'a' });
  await using next = await openNetd({ ...machine.options, program });
  t.not((await machine.identity()).pid, before.pid);
  t.deepEqual((await machine.inside.do('ask', ofWeb))?.data, ['127.77.1.5']);
  t.is(await machine.inside.do('dial', { host: '127.0.0.1', port: 8080 }), 'ECONNRESET');
  t.is(next.probes.keep('a', spec, target).outcome, 'success');
});

test('5,000 queries a second of one asker keep no other waiting', async (t) => {
  await using machine = await openMachine();
  await machine.inside.do('resolver', { address: '127.0.0.53' });
  await machine.setResolvers('127.0.0.53');
  await machine.opened.netd.setNames(table);
  const flood = machine.inside.do('flood', {
    ...ofWeb,
    from: '127.77.1.66',
    name: 'silent.example.org',
    perSecond: 5000,
    milliseconds: 1500,
  });
  // A datagram may be lost where many are on their way: a resolver asks again, three times at most.
  const asked = async (tries = 3): Promise<number> => {
    const told = (await machine.inside.do('ask', ofWeb))?.data.length ?? 0;
    return told > 0 || tries === 1 ? told : asked(tries - 1);
  };
  let told = 0;
  for (let n = 0; n < 20; n++) told += await asked();
  t.is(told, 20);
  t.true((await flood) > 0, 'it is refused what is too much');
});

test('a gateway that somebody else holds, or that is not there, is told; it is taken when it is free', async (t) => {
  await using machine = await openMachine();
  const id = await machine.inside.do('hold', { protocol: 'UDP', host: '127.77.1.1', port: 53 });
  const absent = { ...network('c', 3), gateways: ['10.9.8.7'] };
  const problems = await machine.opened.netd.setNames({ networks: [...table.networks, absent], hosts: table.hosts });
  t.deepEqual(problems, [
    { gateway: '127.77.1.1', message: `port 53 of 127.77.1.1 is held by node (pid ${machine.inside.pid})` },
    { gateway: '10.9.8.7', message: '10.9.8.7 is no address of this machine yet' },
  ]);
  await machine.inside.do('release', { id });
  await eventually('it answers', async () => (await machine.inside.do('ask', ofWeb))?.data.length === 1);
});
