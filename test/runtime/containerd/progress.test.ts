import test from 'ava';
import { createProgressMeter } from '../../../runtime/containerd/images/progress.ts';
import type { PullProgress } from '../../../runtime/ports/images.ts';

test('progress is told at most four times a second, and its end always', (t) => {
  let now = 0;
  const told: PullProgress[] = [];
  const meter = createProgressMeter({ now: () => now }, (progress) => told.push(progress));
  meter.phase('Resolving');
  meter.expect(1000, 1);
  meter.phase('Downloading');
  const before = told.length;
  for (let bytes = 1; bytes <= 1000; bytes++) {
    now += 1;
    meter.bytes('a', bytes);
  }
  t.true(told.length - before <= 5, `${told.length - before} reports in one second`);
  t.is(told.at(-1)?.completedBytes, 1000);
  meter.phase('Unpacking');
  meter.layerDone();
  t.deepEqual(told.at(-1), { phase: 'Unpacking', completedBytes: 1000, totalBytes: 1000, layers: 1, layersDone: 1 });
});

test('a blob that starts again does not count twice', (t) => {
  const told: PullProgress[] = [];
  const meter = createProgressMeter({ now: () => told.length * 1000 }, (progress) => told.push(progress));
  meter.expect(100, 1);
  for (const bytes of [80, 20, 100]) meter.bytes('a', bytes);
  t.is(told.at(-1)?.completedBytes, 100);
});
