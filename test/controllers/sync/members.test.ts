import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { Informer } from '../../../controllers/engine/informer.ts';
import type { Informers } from '../../../controllers/engine/informers.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import { Members } from '../../../controllers/sync/members.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { CONFIG_MAP, configMap, NAMESPACE, SYNC } from '../../support/sync-world.ts';

const KINDS = [
  { ...CONFIG_MAP, plural: 'configmaps', namespaced: true },
  { ...NAMESPACE, plural: 'namespaces', namespaced: false },
];

/** Members over caches that hold nothing, and a reader of one Sync; each list of Syncs is counted. */
function open() {
  const kinds = { current: () => KINDS, subscribe: () => ({ [Symbol.dispose]: () => undefined }) };
  const nothing = { keys: () => [], get: () => undefined, subscribe: kinds.subscribe };
  const informers = {
    open: () => ({
      informer: new Informer(CONFIG_MAP, nothing, () => undefined),
      synced: Promise.resolve(),
      [Symbol.dispose]: () => undefined,
    }),
  };
  let lists = 0;
  const reader = {
    get: () => undefined,
    list: () => {
      lists += 1;
      return [{ ...configMap('app', {}, { namespace: 'default' }), ...SYNC }] as never;
    },
  };
  const woken: string[] = [];
  const members = new Members(kinds, systemTimers, recordingLog());
  const source = members.source.start((key) => woken.push(key), reader, informers as unknown as Informers);
  return { members, source, woken, lists: () => lists };
}

test('when all kinds are followed, every Sync is woken once', async (t) => {
  const { members, source, woken } = open();
  t.false(members.ready);
  await nextTurn();
  await nextTurn();
  t.true(members.ready);
  t.deepEqual(woken, ['default/app']);
  source[Symbol.dispose]();
});

test('whoever stops right after the start reads no Sync any more, as the caches may be closed by then', async (t) => {
  const waiting = open();
  // The kinds are filled within this turn; the Syncs would be woken on the next one.
  for (let turn = 0; turn < 10 && !waiting.members.ready; turn += 1) await Promise.resolve();
  t.true(waiting.members.ready);
  waiting.source[Symbol.dispose]();
  const filling = open();
  filling.source[Symbol.dispose]();
  await nextTurn();
  await nextTurn();
  t.deepEqual([waiting.lists(), filling.lists()], [0, 0]);
});
