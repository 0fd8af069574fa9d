/**
 * All runs that are open, and their registrations: one small file each in the run directory, from which a logd that comes
 * after this one opens everything again by itself.
 */
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { registrationName, type AttachMessage, type DrainMessage, type OpenMessage } from './protocol.ts';
import { startRun, type Run, type RunContext } from './run.ts';

export interface Runs {
  /** Opens what earlier registrations name. What cannot be opened any more is over. */
  restore(): Promise<void>;
  open(message: OpenMessage): Promise<void>;
  drain(message: DrainMessage): Promise<void>;
  /** Who sends a connection what this run writes from now on. Throws ENOENT when it is not open. */
  attach(message: AttachMessage): (socket: Socket) => void;
  /** Writes out and closes everything, and leaves the registrations for the next logd. */
  release(): Promise<void>;
}

export function createRuns(directory: string, context: RunContext): Runs {
  const runs = new Map<string, Run>();
  let released = false;

  const start = (name: string, message: OpenMessage): Run => {
    const run = startRun(message, context);
    runs.set(name, run);
    void forgetWhenEnded(name, run);
    return run;
  };
  const forgetWhenEnded = async (name: string, run: Run): Promise<void> => {
    await run.ended;
    if (runs.get(name) !== run) return;
    runs.delete(name);
    if (!released) await unlink(join(directory, name)).catch(() => undefined);
  };

  return {
    async restore() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      for (const name of await readdir(directory)) {
        const path = join(directory, name);
        try {
          start(name, JSON.parse(await readFile(path, 'utf8')) as OpenMessage);
        } catch {
          // A FIFO that is gone, or a registration that was never finished and so never answered.
          await unlink(path).catch(() => undefined);
        }
      }
    },
    async open(message) {
      const name = registrationName(message.log, message.run);
      const present = runs.get(name);
      const registration = join(directory, name);
      if (present?.isCurrent() === true) {
        present.limit(message);
        await writeWhole(registration, JSON.stringify(message));
        // It ended meanwhile, and took the registration before this one along.
        if (!runs.has(name) && !released) await unlink(registration).catch(() => undefined);
        return;
      }
      if (present) await present.release();
      const run = start(name, message);
      try {
        await Promise.all([run.prepared, writeWhole(registration, JSON.stringify(message))]);
      } catch (error) {
        await run.release();
        throw error;
      }
    },
    async drain({ log, run, deadline }) {
      const name = registrationName(log, run);
      await runs.get(name)?.drain(deadline);
      await unlink(join(directory, name)).catch(() => undefined);
    },
    attach({ log, run }) {
      const found = runs.get(registrationName(log, run));
      if (found === undefined) throw Object.assign(new Error(`run ${run} of ${log} is not open`), { code: 'ENOENT' });
      return (socket) => found.attach(socket);
    },
    async release() {
      released = true;
      await Promise.all([...runs.values()].map((run) => run.release()));
    },
  };
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text);
  await rename(`${path}.partial`, path);
}
