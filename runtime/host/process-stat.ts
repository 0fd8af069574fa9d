/** What /proc says of processes. */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessStat {
  /** R, S, D, Z, … */
  readonly state: string;
  readonly parent: number;
  /** Clock ticks between boot and start. */
  readonly startTime: string;
}

/** Undefined when there is no such process. */
export async function readProcessStat(pid: number): Promise<ProcessStat | undefined> {
  const text = await readOf(pid, 'stat');
  return text === undefined ? undefined : parseProcessStat(text);
}

/** All processes whose command line holds these words in a row. */
export async function pidsWithWords(words: readonly string[]): Promise<readonly number[]> {
  const sought = words.map((word) => `${word}\0`).join('');
  return await pidsWhere(async (pid) => `\0${(await readOf(pid, 'cmdline')) ?? ''}`.includes(`\0${sought}`));
}

/** All children of a process, zombies included. */
export async function pidsOfParent(parent: number): Promise<readonly number[]> {
  return await pidsWhere(async (pid) => (await readProcessStat(pid))?.parent === parent);
}

async function pidsWhere(fits: (pid: number) => Promise<boolean>): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const fitting = await Promise.all(pids.map(fits));
  return pids.filter((_, index) => fitting[index]);
}

/** Undefined when the process is gone. */
async function readOf(pid: number, file: 'stat' | 'cmdline'): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The second field is the program's name in parentheses, and may itself hold spaces and parentheses. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), startTime };
}
