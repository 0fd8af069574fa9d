import test from 'ava';
import { FakeSyncRevisions } from '../../../runtime/fake/sync-revisions.ts';
import { syncRevisionsSuite } from '../../suites/sync-revisions.ts';

syncRevisionsSuite(test, async () => ({
  revisions: new FakeSyncRevisions(),
  tick: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}));
