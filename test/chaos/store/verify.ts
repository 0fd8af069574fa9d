import type { ExecutionContext } from 'ava';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import type { Store, StoreChange } from '../../../api/store/store.ts';
import { Recorder } from '../../suites/store/harness.ts';
import { sequenceOf } from './values.ts';
import type { Acknowledged } from './values.ts';

/** Opens what a killed process left and holds it against all that was acknowledged. Returns the newest revision. */
export async function verify(
  t: ExecutionContext,
  path: string,
  acknowledged: readonly Acknowledged[],
  compacts: boolean,
): Promise<number> {
  await using store = await openSqliteStore(path);
  const newest = Math.max(0, ...acknowledged.map(({ revision }) => revision));
  if (store.currentRevision() < newest)
    t.fail(`revision ${newest} was acknowledged, the store is at ${store.currentRevision()}`);
  await verifyHeads(t, store, acknowledged);
  if (!compacts) await verifyLog(t, store, acknowledged);
  return store.currentRevision();
}

/** The newest acknowledged write of each key, or a later one of its own, stands there whole. */
async function verifyHeads(t: ExecutionContext, store: Store, acknowledged: readonly Acknowledged[]): Promise<void> {
  const heads = new Map((await store.list('')).entries.map((entry) => [entry.key, entry]));
  for (const { key, value } of heads.values()) sequenceOf(key, value);
  const newest = new Map<string, Acknowledged>();
  for (const each of acknowledged) {
    if (each.revision > (newest.get(each.key)?.revision ?? 0)) newest.set(each.key, each);
  }
  for (const { key, revision, sequence } of newest.values()) {
    const head = heads.get(key);
    if (head && head.modRevision > revision) continue;
    if (sequence === 0 && head) t.fail(`${key} was deleted at ${revision} and is there at ${head.modRevision}`);
    // A deletion that was not acknowledged may have landed as well; the log below tells.
    if (sequence !== 0 && head && sequenceOf(key, head.value) !== sequence)
      t.fail(`${key} at ${revision} is another value`);
  }
}

/** The log has every revision once, each acknowledged write at its revision, and nothing half. */
async function verifyLog(t: ExecutionContext, store: Store, acknowledged: readonly Acknowledged[]): Promise<void> {
  const recorder = new Recorder();
  using _watch = store.watch('', 0, recorder);
  await recorder.until(store.currentRevision());
  const gap = recorder.revisions.findIndex((revision, index) => revision !== index + 1);
  if (gap >= 0) t.fail(`after revision ${gap} comes ${recorder.revisions[gap]}`);
  for (const { revision, key, sequence } of acknowledged) {
    const change = recorder.received[revision - 1];
    if (!change || describe(change) !== `${key} ${sequence}`)
      t.fail(`${key} ${sequence} was acknowledged at ${revision}, where the log has ${change && describe(change)}`);
  }
}

function describe(change: StoreChange): string {
  if (change.type === 'delete') return `${change.key} 0`;
  return `${change.entry.key} ${sequenceOf(change.entry.key, change.entry.value)}`;
}
