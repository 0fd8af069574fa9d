import test from 'ava';
import { measureSpecEnvironment, openFilesLimit } from '../../../runtime/containerd/spec/measure.ts';
import { facts } from './fixtures.ts';

test('the limits of a process are read', (t) => {
  const line = 'Max open files            1024                 524288               files     ';
  t.is(openFilesLimit(`Limit  Soft Limit  Hard Limit  Units\n${line}\n`), 524_288);
  t.is(openFilesLimit(line.replace('524288', 'unlimited')), Number.MAX_SAFE_INTEGER);
  t.is(openFilesLimit(''), undefined);
});

test('this machine is measured, and what it has not is left out', async (t) => {
  const environment = await measureSpecEnvironment(facts, { initPaths: ['/nonexistent', process.execPath] });
  t.is(environment.initPath, process.execPath);
  t.true((environment.openFilesHardLimit ?? 0) > 0);
  t.true(Number.isInteger(environment.oomScoreAdj));
  t.is((await measureSpecEnvironment(facts, { initPaths: [] })).initPath, undefined);
  const gone = await measureSpecEnvironment(facts, { process: 2 ** 30 });
  t.is(gone.openFilesHardLimit, undefined);
  t.is(gone.oomScoreAdj, undefined);
});
