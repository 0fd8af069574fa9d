import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MARK = '.boot';

/** Makes the directory, and empties it when what is there belongs to another boot of the machine. */
export async function prepareDirectory(directory: string, bootId: string): Promise<void> {
  const mark = join(directory, MARK);
  if ((await readFile(mark, 'utf8').catch(() => undefined)) === bootId) return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await writeFile(mark, bootId);
}

export const isMark = (name: string): boolean => name === MARK;
