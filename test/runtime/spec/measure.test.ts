import test from 'ava';
import { boundingCapabilities } from '../../../runtime/containerd/spec/capabilities.ts';
import { measureSpecEnvironment, openFilesLimit } from '../../../runtime/containerd/spec/measure.ts';
import { facts } from './fixtures.ts';

test('the limits of a process are read', (t) => {
  const line = 'Max open files            1024                 524288               files     ';
  t.is(openFilesLimit(`Limit  Soft Limit  Hard Limit  Units\n${line}\n`), 524_288);
  t.is(openFilesLimit(line.replace('524288', 'unlimited')), Number.MAX_SAFE_INTEGER);
  t.is(openFilesLimit(''), undefined);
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
  t.true((environment.openFilesHardLimit ?? 0) > 0);
  t.true(Number.isInteger(environment.oomScoreAdj));
  t.true(environment.capabilities?.includes('CAP_CHOWN'));
  t.is((await measureSpecEnvironment(facts, { initPaths: [] })).initPath, undefined);
  const gone = await measureSpecEnvironment(facts, { process: 2 ** 30 });
  t.is(gone.openFilesHardLimit, undefined);
  t.is(gone.oomScoreAdj, undefined);
});
