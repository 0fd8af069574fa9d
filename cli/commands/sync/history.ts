import type { Sync } from '../../../schemas/gen/types.ts';
import { humanAge, humanDuration } from '../../../schemas/values/duration.ts';
import { note, print } from '../../io.ts';
import { plainCell } from '../../output/columns.ts';
import { tableText } from '../../output/table-text.ts';
import type { SyncAction } from './actions.ts';
import { getSync, oneName } from './one-sync.ts';
import { shortRevision } from './words.ts';

const HEADER = ['REVISION', 'OUTCOME', 'STARTED', 'TOOK', 'MESSAGE'] as const;

/** The last attempts, newest first. */
export const showHistory: SyncAction = async ({ args, io, session }) => {
  const name = oneName('history', args);
  const { status } = await getSync(await session(), name, io);
  const { history = [] } = status ?? {};
  if (history.length === 0) {
    note(io, `sync "${name}" has applied nothing yet.`);
    return 0;
  }
  await print(io.stdout, tableText([HEADER, ...history.map((attempt) => rowOf(attempt, io.now()))], io.stdout));
  return 0;
};

type Attempt = NonNullable<NonNullable<Sync['status']>['history']>[number];

function rowOf({ revision, outcome, startTime, durationMs, message }: Attempt, now: number): readonly string[] {
  const started = startTime === undefined ? '' : `${humanAge(startTime, now)} ago`;
  const took = durationMs === undefined ? '' : tookText(durationMs);
  return [shortRevision(revision), outcome ?? '', started, took, message ?? ''].map(plainCell);
}

/** Tenths matter below ten seconds. */
const tookText = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)}s` : humanDuration(milliseconds);
