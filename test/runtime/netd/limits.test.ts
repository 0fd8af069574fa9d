import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createProcessLook } from '../../../runtime/netd/program/process-look.ts';
import { createRateLimit } from '../../../runtime/netd/program/rate-limit.ts';
import { createResolvers, parseResolvers } from '../../../runtime/netd/program/resolvers.ts';

test('an address may take as many as it has for a second, and gets more with time; others do not notice', (t) => {
  let now = 0;
  const limit = createRateLimit(10, () => now);
  const takes = (address: string, times: number): number =>
    Array.from({ length: times }, () => limit.take(address)).filter(Boolean).length;
  t.is(takes('a', 20), 10);
  t.is(takes('b', 5), 5);
  now += 500;
  t.is(takes('a', 20), 5);
  now += 60_000;
  t.is(takes('a', 20), 10, 'no more than a second is saved up');
});

test('a process is looked at once a second, and another one of its id is not it', (t) => {
  let now = 0;
  let looks = 0;
  const stats = new Map([[7, `7 (a (b) c) S 1 ${'0 '.repeat(17)}4711 0`]]);
  const runs = createProcessLook(
    () => now,
    (pid) => {
      looks += 1;
      return stats.get(pid);
    },
  );
  t.true(runs({ pid: 7, startTime: '4711' }));
  t.false(runs({ pid: 7, startTime: '4712' }));
  t.false(runs({ pid: 8, startTime: '4711' }));
  stats.delete(7);
  looks = 0;
  t.true(runs({ pid: 7, startTime: '4711' }));
  t.is(looks, 0);
  now += 1000;
  t.false(runs({ pid: 7, startTime: '4711' }));
  stats.set(7, `7 (dead) Z 1 ${'0 '.repeat(17)}4711 0`);
  now += 1000;
  t.false(runs({ pid: 7, startTime: '4711' }));
});

test('resolvers are those of the file, three at most, ours aside, and are read anew when it changes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tsm-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'resolv.conf');
  let now = 0;
  const current = createResolvers(
    path,
    () => now,
    (address) => address === '10.0.0.1',
  );
  t.deepEqual(current(), []);
  await writeFile(
    path,
    ['10.0.0.1', '10.0.0.2', '::1', '10.0.0.3', '10.0.0.4'].map((each) => `nameserver ${each}\n`).join(''),
  );
  t.deepEqual(current(), [], 'looked at a moment ago');
  now += 1000;
  t.deepEqual(current(), ['10.0.0.2', '::1', '10.0.0.3']);
});

test('other lines and addresses that are none are passed over', (t) => {
  t.deepEqual(parseResolvers('# nameserver 1.1.1.1\nsearch x\n nameserver  9.9.9.9 # why\nnameserver dns.example\n'), [
    '9.9.9.9',
  ]);
});
