import { readFile } from 'node:fs/promises';
import test from 'ava';
import { boundingCapabilities } from '../../../runtime/containerd/spec/capabilities.ts';
import { measureSpecEnvironment } from '../../../runtime/containerd/spec/measure.ts';
import { parseHardLimits } from '../../../runtime/containerd/spec/ulimits.ts';
import { ULIMITS } from '../../../schemas/definitions/ulimits.ts';
import { facts } from './fixtures.ts';

test('the limits of a process are read', (t) => {
  const lines = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max open files            1024                 524288               files     ',
    'Max locked memory         65536                unlimited            bytes     ',
    'Max nice priority         0                    0                    ',
  ];
  t.deepEqual(
    [...parseHardLimits(lines.join('\n'))],
    [
      ['nofile', 524_288],
      ['memlock', Infinity],
      ['nice', 0],
    ],
  );
  t.is(parseHardLimits('').size, 0);
});

test('every limit that can be asked for is one that the kernel tells of', async (t) => {
  t.deepEqual([...parseHardLimits(await readFile('/proc/self/limits', 'utf8')).keys()].toSorted(), [...ULIMITS]);
});

test('what the runtime may hold bounds what privileged means', (t) => {
  t.deepEqual(boundingCapabilities('Name:\tnode\nCapBnd:\t0000010000000021\nCapAmb:\t0000000000000000\n'), [
    'CAP_CHOWN',
    'CAP_KILL',
    'CAP_CHECKPOINT_RESTORE',
  ]);
  t.is(boundingCapabilities(''), undefined);
});

test('this machine is measured, and what it has not is left out', async (t) => {
  const environment = await measureSpecEnvironment(facts, { initPaths: ['/nonexistent', process.execPath] });
  t.is(environment.initPath, process.execPath);
  t.true((environment.hardLimits?.get('nofile') ?? 0) > 0);
  t.true(Number.isInteger(environment.oomScoreAdj));
  t.true(environment.capabilities?.includes('CAP_CHOWN'));
  t.is((await measureSpecEnvironment(facts, { initPaths: [] })).initPath, undefined);
  const gone = await measureSpecEnvironment(facts, { process: 2 ** 30 });
  t.is(gone.hardLimits, undefined);
  t.is(gone.oomScoreAdj, undefined);
});
