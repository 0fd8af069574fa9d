import test from 'ava';
import { ociLimits, ociLimitsUpdate } from '../../../runtime/containerd/spec/resources.ts';
import { facts } from './fixtures.ts';

const v2 = { facts: { ...facts, cgroups: { version: 2, controllers: ['memory', 'cpu', 'pids'] } } } as const;

test('no limits make an empty document', (t) => {
  t.deepEqual(ociLimits({}, { facts }), {});
});

test('limits are written in the units of the runtime', (t) => {
  t.deepEqual(ociLimits({ memoryBytes: 64, cpuMillis: 250, cpuShares: 512, pids: 9 }, { facts }), {
    memory: { limit: 64 },
    cpu: { quota: 25_000, period: 100_000, shares: 512 },
    pids: { limit: 9 },
  });
});

test('a memory limit allows no swap where the kernel accounts it', (t) => {
  t.deepEqual(ociLimits({ memoryBytes: 64 }, v2).memory, { limit: 64, swap: 64 });
  t.deepEqual(ociLimits({ memoryBytes: 64 }, { facts, swapAccounting: true }).memory, { limit: 64, swap: 64 });
});

test('a quota is never below what the kernel takes', (t) => {
  t.is(ociLimits({ cpuMillis: 1 }, { facts }).cpu?.quota, 1_000);
});

test('an update takes away what is absent', (t) => {
  t.deepEqual(ociLimitsUpdate({}, v2), {
    memory: { limit: -1, swap: -1 },
    cpu: { quota: -1, period: 100_000, shares: 1024 },
    pids: { limit: -1 },
  });
  t.deepEqual(ociLimitsUpdate({ pids: 4 }, { facts }).pids, { limit: 4 });
});

test('controllers that are not ours are left alone', (t) => {
  const some = { facts: { ...facts, cgroups: { version: 2, controllers: ['pids'] } } } as const;
  t.deepEqual(ociLimits({ memoryBytes: 64, cpuMillis: 5, pids: 3 }, some), { pids: { limit: 3 } });
  t.deepEqual(ociLimitsUpdate({ memoryBytes: 64 }, some), { pids: { limit: -1 } });
});
