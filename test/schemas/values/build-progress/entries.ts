import type { ProgressEntry } from '../../../../schemas/values/build-progress/entry.ts';

const BEGAN = Date.parse('2026-01-31T12:00:00Z');
/** Seconds since the build began, as a builder writes a time. */
export const at = (seconds: number): string => new Date(BEGAN + seconds * 1000).toISOString().replace('Z', '000000Z');
/** The same in milliseconds since the epoch. */
export const now = (seconds: number): number => BEGAN + seconds * 1000;

export const begin = (title: string, cause: string): ProgressEntry => ({ type: 'begin', time: at(0), title, cause });

/** A step from one time to another, in seconds. */
export function step(
  id: string,
  name: string,
  times: { readonly from?: number; readonly to?: number; readonly cached?: boolean; readonly error?: string } = {},
): ProgressEntry {
  const { from, to, cached = false, error } = times;
  return {
    type: 'step',
    id,
    name,
    inputs: [],
    cached,
    ...(from === undefined ? {} : { started: at(from) }),
    ...(to === undefined ? {} : { completed: at(to) }),
    ...(error === undefined ? {} : { error }),
  };
}

export const output = (
  id: string,
  seconds: number,
  data: string | Uint8Array,
  stream: 'stdout' | 'stderr' = 'stdout',
): ProgressEntry => ({
  type: 'log',
  step: id,
  stream,
  time: at(seconds),
  data: typeof data === 'string' ? new TextEncoder().encode(data) : data,
});

export const part = (
  id: string,
  what: string,
  seconds: number,
  current: number,
  total: number,
  completed = false,
): ProgressEntry => ({
  type: 'progress',
  step: id,
  id: what,
  current,
  total,
  time: at(seconds),
  completed,
});

export const end = (
  seconds: number,
  outcome: 'Succeeded' | 'Failed' | 'Cancelled' | 'Superseded' | 'Interrupted' = 'Succeeded',
  message = '',
  excerpt?: string,
): ProgressEntry => ({
  type: 'end',
  time: at(seconds),
  outcome,
  message,
  ...(excerpt === undefined ? {} : { excerpt }),
});
