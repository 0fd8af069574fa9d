import test from 'ava';
import { happeningsOf } from '../../../../controllers/sync/notify/happenings.ts';
import {
  nextUntold,
  nothingTold,
  withAllTold,
  withoutPast,
  withTold,
} from '../../../../controllers/sync/notify/untold.ts';
import { settled, type Outcome } from '../../../../controllers/engine/contract.ts';
import type { SyncStatus } from '../../../../schemas/gen/types.ts';

const STALLED: Outcome = { type: 'stalled', reason: 'InvalidSpec', message: 'spec.path leads out' };

/** Newest first, as status has them. */
const history = (...outcomes: readonly string[]): NonNullable<SyncStatus['history']> =>
  outcomes.map((outcome, at) => ({
    revision: `r${outcomes.length - at}`,
    digest: `sha256:${outcomes.length - at}`,
    startTime: `2026-01-01T00:00:0${outcomes.length - at}Z`,
    durationMs: 1500,
    outcome,
  }));

/** Everything that is told, in order. */
function tellAll(status: Partial<SyncStatus>, outcome = settled(), told = nothingTold('chat', {}), events?: string[]) {
  const happenings = happeningsOf(status, outcome);
  const server = { name: 'chat', ...(events === undefined ? {} : { events: events as never }) };
  let now = withoutPast(told, happenings);
  const texts: string[] = [];
  for (let next; (next = nextUntold(now, happenings, server)) !== undefined; now = withTold(now, next))
    texts.push(`${next.event} ${next.revision ?? ''} ${next.reason}`);
  return { texts, told: withAllTold(now, happenings) };
}

test('attempts are told oldest first, each once, and those from before nobody wanted to hear', (t) => {
  const first = tellAll({ history: history('Failed', 'Applied') });
  t.deepEqual(first.texts, ['Applied r1 Applied', 'Failed r2 ApplyFailed']);
  t.deepEqual(tellAll({ history: history('Failed', 'Applied') }, settled(), first.told).texts, []);
  const later = { history: history('Applied', 'RolledBack', 'Failed', 'Applied') };
  t.deepEqual(tellAll(later, settled(), first.told).texts, ['RolledBack r3 SyncRolledBack', 'Applied r4 Applied']);
  t.deepEqual(tellAll(later, settled(), nothingTold('chat', { history: history('Failed', 'Applied') })).texts, [
    'RolledBack r3 SyncRolledBack',
    'Applied r4 Applied',
  ]);
});

test('the same revision with another end is told; when the last one told is out of sight, all that is there is', (t) => {
  const [failed] = history('Failed');
  const { told } = tellAll({ history: [failed!] });
  t.deepEqual(tellAll({ history: [{ ...failed, outcome: 'Applied' }, failed!] }, settled(), told).texts, [
    'Applied r1 Applied',
  ]);
  const { length } = tellAll({ history: history('Failed', 'Failed', 'Failed', 'Failed', 'Failed') }, settled(), {
    name: 'chat',
    attempt: 'gone',
  }).texts;
  t.is(length, 5);
});

test('what is so now is told once, and again when it was away', (t) => {
  const drifting = { drifted: ['ConfigMap default/a: data.x'], pendingPrune: { digest: 'sha256:1', objects: 9 } };
  const first = tellAll(drifting, STALLED);
  t.deepEqual(first.texts, ['Drifted  Drifted', 'PruneBlocked  TooManyDifferences', 'Stalled  InvalidSpec']);
  t.deepEqual(tellAll(drifting, STALLED, first.told).texts, []);
  const other = { ...drifting, drifted: ['ConfigMap default/b: data.x'] };
  t.deepEqual(tellAll(other, STALLED, first.told).texts, ['Drifted  Drifted']);
  const calm = tellAll({}, settled(), first.told);
  t.deepEqual(calm.told, { name: 'chat' });
  t.is(tellAll(drifting, STALLED, calm.told).texts.length, 3);
});

test('what an attempt or the brake tells is not told as a stall, too', (t) => {
  for (const reason of ['SyncRolledBack', 'TooManyDifferences', 'FilesInvalid'])
    t.deepEqual(tellAll({}, { type: 'stalled', reason, message: '' }).texts, []);
});

test('events are told to whom they interest; who is interested later hears of what comes later', (t) => {
  const status = { history: history('Failed', 'Applied') };
  const failures = tellAll(status, settled(), undefined, ['Failed']);
  t.deepEqual(failures.texts, ['Failed r2 ApplyFailed']);
  const next = { history: history('Applied', 'Failed', 'Applied') };
  const deaf = tellAll(next, settled(), failures.told, ['Failed']);
  t.deepEqual(deaf.texts, []);
  t.deepEqual(tellAll(next, settled(), deaf.told).texts, []);
});
