/** Where logs are: `<data>/logs/<owner uid>/<run>-<sequence>.log`, and what logd needs: `<run>/logd/…`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { LogRun } from '../ports/logs.ts';
import { residentPaths } from '../resident/paths.ts';
import { parseRegistrationName, parseSegmentName, registrationName, segmentName } from './program/protocol.ts';

export interface LogPaths {
  /** One directory a log. */
  readonly logs: string;
  /** logd's own directory. */
  readonly logd: string;
  readonly socket: string;
}

export function logPaths(dataDirectory: string, runDirectory: string): LogPaths {
  const { directory, socket } = residentPaths(runDirectory, 'logd');
  return { logs: join(dataDirectory, 'logs'), logd: directory, socket };
}

/** The directory of a log. Throws InvalidArgument for a name that is no single, visible path component. */
export function logDirectory(paths: LogPaths, log: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/.test(log)) return join(paths.logs, log);
  throw new RuntimeError('InvalidArgument', `${JSON.stringify(log)} cannot name a log`);
}

/** FIFOs of a run. */
export function fifoPaths(paths: LogPaths, { log, run }: LogRun): { readonly stdout: string; readonly stderr: string } {
  const base = join(paths.logd, 'fifos', `${log}.${run}`);
  return { stdout: `${base}.stdout`, stderr: `${base}.stderr` };
}

/** There while logd has the run open, or would open it again. */
export function registrationPath(paths: LogPaths, { log, run }: LogRun): string {
  return join(paths.logd, 'open', registrationName(log, run));
}

/** Runs that are registered with logd: of one log, or of all. */
export async function openRuns(paths: LogPaths, log?: string): Promise<readonly LogRun[]> {
  const names = await readdir(join(paths.logd, 'open')).catch(absentDirectory);
  const runs = names.map(parseRegistrationName).filter((run) => run !== undefined);
  return log === undefined ? runs : runs.filter((run) => run.log === log);
}

/** Runs of a log that have files, and their sequences, all ascending; empty when there is no such log. */
export async function listSegments(directory: string): Promise<ReadonlyMap<number, readonly number[]>> {
  const runs = new Map<number, number[]>();
  const names = await readdir(directory).catch(absentDirectory);
  const segments = names.map(parseSegmentName).filter((segment) => segment !== undefined);
  for (const { run, sequence } of segments.toSorted((a, b) => a.run - b.run || a.sequence - b.sequence)) {
    runs.set(run, [...(runs.get(run) ?? []), sequence]);
  }
  return runs;
}

export function segmentPath(directory: string, run: number, sequence: number): string {
  return join(directory, segmentName(run, sequence));
}

/** For catch: what a missing directory holds. */
export function absentDirectory(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
