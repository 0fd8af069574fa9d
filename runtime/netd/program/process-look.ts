/** Whether processes still run: while no daemon is there to say that a host has gone. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

/** A process is looked at again after so many milliseconds. */
const lookMs = 1000;
const manyLooks = 4096;

/** Answers whether exactly this process runs, from /proc or from what was seen within the last second. */
export function createProcessLook(now: () => number, read = readStat): (identity: ProcessIdentity) => boolean {
  const seen = new Map<string, { readonly at: number; readonly alive: boolean }>();
  return ({ pid, startTime }) => {
    const key = `${pid} ${startTime}`;
    const last = seen.get(key);
    if (last && now() - last.at < lookMs) return last.alive;
    if (seen.size >= manyLooks) seen.clear();
    const alive = isSame(read(pid), startTime);
    seen.set(key, { at: now(), alive });
    return alive;
  };
}

function isSame(stat: string | undefined, startTime: string): boolean {
  // The second field, the program's name in parentheses, may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields !== undefined && fields[19] === startTime && !['Z', 'X'].includes(fields[0] ?? '');
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}
