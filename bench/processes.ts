/** What processes cost, as the kernel counts it. */
import { readdir, readFile } from 'node:fs/promises';

/** The kernel's clock ticks a second in /proc/PID/stat (proc(5)): 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Memory of a process in kB, pages that it shares with others counted in parts. 0 when it is gone. */
export async function pssOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
}

/** Memory of a process in kB, as it is resident, shared or not. 0 when it is gone. */
export async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

/** Seconds of processor time that a process has used, all threads. 0 when it is gone. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

/** Processes whose command line has all of these words. */
export async function findProcesses(words: readonly string[]): Promise<readonly number[]> {
  return pidsWhere((line) => words.every((word) => line.includes(word)));
}

/** Other processes with a path below this folder in their command line. */
export async function findProcessesBelow(folder: string): Promise<readonly number[]> {
  return pidsWhere((line, pid) => pid !== process.pid && line.some((word) => word.includes(`${folder}/`)));
}

async function pidsWhere(fits: (line: readonly string[], pid: number) => boolean): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      return fits(line, pid) ? [pid] : [];
    }),
  );
  return found.flat();
}
