/** What a machine with thousands of containers has to tell netd. */
import test from 'ava';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { openNetd } from '../../../runtime/netd/open-netd.ts';
import type { PortReservation } from '../../../runtime/ports/netd.ts';
import { eventually } from '../../support/eventually.ts';
import { openMachine } from './machine.ts';
import { get, quick, target } from './probed.ts';
import { host, network } from './table.ts';

const web = host('web', { a: ['127.77.1.5'] });
const ofWeb = { server: '127.77.1.1', from: '127.77.1.5', name: 'web' };
const long = (text: string, characters: number): string => text.repeat(Math.ceil(characters / text.length));

/** Some 5 MB of names. */
const many = Array.from({ length: 1200 }, (_, n) =>
  host(
    `host-${n}`,
    {},
    {
      places: [
        {
          network: 'a',
          addresses: [`127.77.${n >> 8}.${n & 255}`],
          names: Array.from({ length: 20 }, (_, alias) => `${alias}-of-${n}.${long('very-long.', 180)}example`),
        },
      ],
    },
  ),
);
const table = { networks: [network('a', 1)], hosts: [web, ...many] };

test('tables, ports and probes of many megabytes are told, to a netd that is killed and by the next daemon as well', async (t) => {
  const exec = async () => await Promise.resolve({ exitCode: 0, output: '' });
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (_: object, message: string) => void warnings.push(message) };
  await using machine = await openMachine({ exec, log });
  const { netd, probes } = machine.opened;
  t.deepEqual(await netd.setNames(table), []);
  const ports = Array.from({ length: 5000 }, (_, n): PortReservation => ({
    protocol: 'SCTP',
    hostIP: '127.0.0.1',
    hostPort: 1000 + n,
  }));
  t.deepEqual(await netd.setReservations([...ports, { protocol: 'TCP', hostPort: 8080 }]), []);
  // The first is asked at once; of the others it only has to be known that they are kept.
  const later = { initialDelaySeconds: 3600 };
  const action = get(53, `/${long('path/', 3000)}`);
  const commands = quick({ type: 'exec', command: [long('check ', 3000)] }, later);
  const started = { ...target, startedAt: Date.now() };
  for (let n = 0; n < 1500; n++) {
    probes.keep(`a-${n}`, quick(action, later), started);
    probes.keep(`b-${n}`, commands, started);
  }
  const known = (key: string, of = probes): string =>
    of.keep(key, quick({ type: 'tcp', port: 53 }), {
      ...target,
      address: '127.77.1.1',
    }).outcome;
  await eventually('the first is known', () => known('first') === 'success');
  const before = await machine.identity();
  await machine.processes.signal(before, 'SIGKILL');
  const isAnswered = async (): Promise<boolean> => (await machine.inside.do('ask', ofWeb))?.data.length === 1;
  const isHeld = async (): Promise<boolean> =>
    (await machine.inside.do('dial', { host: '127.0.0.1', port: 8080 })) === 'ECONNRESET';
  await eventually('the next one has it all', async () => (await isAnswered()) && (await isHeld()));
  await machine.opened[Symbol.asyncDispose]();
  const adopted = await machine.identity();
  await using next = await openNetd(machine.options);
  t.deepEqual(await machine.identity(), adopted, 'it is kept');
  t.not(adopted.pid, before.pid);
  t.is(next.probes.list().length, 3001);
  t.is(known('first', next.probes), 'success');
  t.deepEqual(warnings, []);
});

test('one host more or less is told without the others, and all of them change in one step', async (t) => {
  await using machine = await openMachine();
  const { netd } = machine.opened;
  const ask = async (name: string): Promise<readonly string[] | undefined> =>
    (await machine.inside.do('ask', { ...ofWeb, name }))?.data;
  await netd.setNames(table);
  const other = host('other', { a: ['127.77.1.9'] });
  await netd.setNames({ ...table, hosts: [...table.hosts, other] });
  t.deepEqual(await ask('other'), ['127.77.1.9']);
  const moved = host('other', { a: ['127.77.1.10'] });
  await netd.setNames({ ...table, hosts: [moved, ...many] });
  t.deepEqual(await ask('other'), ['127.77.1.10']);
  t.deepEqual(await ask('web'), [], 'it is a name of nobody, and there are no resolvers');
  await netd.setNames({ networks: table.networks, hosts: [web] });
  t.deepEqual(await ask('web'), ['127.77.1.5']);
  t.deepEqual(await ask('host-7'), []);
});

test('more than netd can hold is refused, and what was told before stays in force', async (t) => {
  await using machine = await openMachine();
  const { netd } = machine.opened;
  await netd.setNames({ networks: [network('a', 1)], hosts: [web] });
  const tooMany = Array.from({ length: 20_001 }, () => web);
  const error = await t.throwsAsync(netd.setNames({ networks: [], hosts: tooMany }));
  t.true(isRuntimeError(error, 'ResourceExhausted') && error.reason === 'NetworkHelperFull');
  const ports = Array.from({ length: 30_001 }, (_, n): PortReservation => ({ protocol: 'SCTP', hostPort: 1000 + n }));
  t.true(isRuntimeError(await t.throwsAsync(netd.setReservations(ports)), 'ResourceExhausted'));
  await machine.processes.signal(await machine.identity(), 'SIGKILL');
  await eventually('it answers again', async () => (await machine.inside.do('ask', ofWeb))?.data.length === 1);
});
