/** What a server has not been told yet: pure. */
import type { SyncNotification, SyncStatus } from '../../../schemas/gen/types.ts';
import { attemptId, type Happening, type Slot } from './happenings.ts';

/** What a server was told last, as status has it. */
export type Told = NonNullable<SyncStatus['notifications']>[number];

/** A server that nobody has told anything: what ended before it was named is no news. */
export function nothingTold(name: string, before: SyncStatus | undefined): Told {
  const [last] = before?.history ?? [];
  return last === undefined ? { name } : { name, attempt: attemptId(last) };
}

/** Marks of what is not so any more go, so that it is told when it comes again. */
export function withoutPast(told: Told, happenings: readonly Happening[]): Told {
  const { name, attempt } = told;
  const marks = (['drift', 'brake', 'stall'] as const).flatMap((slot): [Slot, string][] => {
    const mark = told[slot];
    return mark !== undefined && happenings.some((one) => one.slot === slot) ? [[slot, mark]] : [];
  });
  return { name, ...(attempt === undefined ? {} : { attempt }), ...Object.fromEntries(marks) };
}

export const withTold = (told: Told, { slot, id }: Happening): Told => ({ ...told, [slot]: id });

/** Nothing is left to tell: whoever is interested in more from now on hears of what comes, and not of what was. */
export function withAllTold(told: Told, happenings: readonly Happening[]): Told {
  const last = happenings.findLast(({ slot }) => slot === 'attempt');
  return last === undefined ? told : withTold(told, last);
}

/** What comes next; undefined: everything was told. */
export function nextUntold(
  told: Told,
  happenings: readonly Happening[],
  { events }: SyncNotification,
): Happening | undefined {
  const attempts = happenings.filter(({ slot }) => slot === 'attempt');
  const last = attempts.findLastIndex(({ id }) => id === told.attempt);
  const others = happenings.filter(({ slot, id }) => slot !== 'attempt' && told[slot] !== id);
  return [...attempts.slice(last + 1), ...others].find(({ event }) => events?.includes(event) !== false);
}
