/** Identities of processes as files in the run directory. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { ProcessIdentity } from '../ports/processes.ts';

/** In one rename, so that a crash leaves the old record or the new one. */
export async function writeRecord(path: string, identity: ProcessIdentity): Promise<void> {
  await writeFile(`${path}.partial`, `${JSON.stringify(identity)}\n`, { mode: 0o600 });
  await rename(`${path}.partial`, path);
}

/** Undefined when there is none, or one that nobody of us wrote. */
export async function readRecord(path: string): Promise<ProcessIdentity | undefined> {
  try {
    const { pid, startTime, bootId } = JSON.parse(await readFile(path, 'utf8')) as Partial<ProcessIdentity>;
    if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof bootId !== 'string') return undefined;
    return { pid, startTime, bootId };
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
