import test from 'ava';
import { Pass } from '../../../controllers/engine/pass.ts';
import { thing } from '../../support/objects.ts';

const modified = (version: number, metadata = {}) => ({
  type: 'MODIFIED' as const,
  object: thing('a', version, metadata),
});

test('our own writes need no other pass, in whatever order the cache and the answer tell of them', (t) => {
  const pass = new Pass(thing('a', 5));
  pass.saw(modified(6));
  pass.wrote(thing('a', 6), true);
  pass.wrote(thing('a', 7), true);
  pass.saw(modified(7));
  t.false(pass.changedMeanwhile);
});

test("somebody else's change needs another pass, also when our write came after it", (t) => {
  const pass = new Pass(thing('a', 5));
  pass.saw(modified(6));
  pass.saw(modified(7));
  pass.wrote(thing('a', 7), true);
  t.true(pass.changedMeanwhile);
});

test('a write that was put on top of a change nobody has looked at needs another pass', (t) => {
  const pass = new Pass(thing('a', 5));
  pass.saw(modified(7));
  pass.wrote(thing('a', 7), false);
  t.true(pass.changedMeanwhile);
});

test('a deletion meanwhile aborts the pass and needs another one', (t) => {
  const pass = new Pass(thing('a', 5));
  t.false(pass.signal.aborted);
  pass.saw(modified(6, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  t.true(pass.signal.aborted);
  t.true(pass.changedMeanwhile);
});

test('a pass over an object that is being deleted goes on when that object changes, and ends when it goes', (t) => {
  const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const pass = new Pass(thing('a', 5, deleting));
  pass.saw(modified(6, deleting));
  t.false(pass.signal.aborted);
  pass.saw({ type: 'DELETED', object: thing('a', 7, deleting) });
  t.true(pass.signal.aborted);
});

test('another object of the same name aborts the pass', (t) => {
  const pass = new Pass(thing('a', 5));
  pass.saw(modified(9, { uid: 'another' }));
  t.true(pass.signal.aborted);
  t.true(pass.changedMeanwhile);
});
