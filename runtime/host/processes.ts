/** The Processes port on Linux: identities from /proc, programs started into sessions of their own. */
import { spawn } from 'node:child_process';
import { constants, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../errors.ts';
import type { DetachedProgram, ProcessIdentity, Processes } from '../ports/processes.ts';
import { readRecord, writeRecord } from './process-record.ts';
import { pidsOfParent, pidsWithWords, readProcessStat } from './process-stat.ts';
import { startFailure } from './run-program.ts';

/** How long SIGKILL may take: a process in uninterruptible sleep waits for its disk. */
const killDeadline = 10_000;

export function createProcesses({ bootId }: { readonly bootId: string }): Processes {
  const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
    const stat = await readProcessStat(pid);
    return stat && !isDead(stat.state) ? { pid, startTime: stat.startTime, bootId } : undefined;
  };
  const isAlive = async (identity: ProcessIdentity): Promise<boolean> => {
    if (identity.bootId !== bootId) return false;
    return (await identify(identity.pid))?.startTime === identity.startTime;
  };
  const signal = async (identity: ProcessIdentity, name: NodeJS.Signals): Promise<void> => {
    if (!(await isAlive(identity))) return;
    try {
      process.kill(identity.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const goneWithin = async (identity: ProcessIdentity, milliseconds: number): Promise<boolean> => {
    for (let waited = 0, step = 2; waited < milliseconds; waited += step, step = Math.min(step * 2, 50)) {
      if (!(await isAlive(identity))) return true;
      await delay(step);
    }
    return !(await isAlive(identity));
  };
  const identifyAll = async (pids: readonly number[]): Promise<readonly ProcessIdentity[]> => {
    const found = await Promise.all(pids.map(identify));
    return found.filter((each) => each !== undefined);
  };
  return {
    isAlive,
    signal,
    find: async (words) => await identifyAll(await pidsWithWords(words)),
    children: async ({ pid }) => await identifyAll(await pidsOfParent(pid)),
    async startDetached(program) {
      const pid = await startDetached(program);
      const identity = await identify(pid);
      if (identity === undefined) {
        throw new RuntimeError('Unavailable', `${program.program} ended at once: see ${program.output}`);
      }
      await writeRecord(program.record, identity);
      return identity;
    },
    async adopt(record, words) {
      const recorded = await readRecord(record);
      if (recorded && (await isAlive(recorded))) return recorded;
      const [found] = await identifyAll(await pidsWithWords(words));
      if (found) await writeRecord(record, found);
      return found;
    },
    async end(identity, graceMs) {
      await signal(identity, 'SIGTERM');
      if (await goneWithin(identity, graceMs)) return;
      await signal(identity, 'SIGKILL');
      if (await goneWithin(identity, killDeadline)) return;
      throw new RuntimeError('DeadlineExceeded', `process ${identity.pid} does not end, even by SIGKILL`);
    },
  };
}

async function startDetached(program: DetachedProgram): Promise<number> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
  await using output = await open(program.output, flags, 0o600);
  const child = spawn(program.program, program.args, {
    cwd: '/',
    detached: true,
    env: program.env,
    stdio: ['ignore', output.fd, output.fd],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(startFailure(program, cause)));
  });
  child.unref();
  return child.pid ?? 0;
}

function isDead(state: string): boolean {
  return state === 'Z' || state === 'X';
}
