/** The directories that are built. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the small files are `d<n>/f<m>`, so many in each directory. */
const FILES_A_DIRECTORY = 50;
const SMALL_BYTES = 1500;
const MEGABYTE = 1024 * 1024;

/** No RUN: what is measured is how the files get to the builder. */
const DOCKERFILE = 'FROM scratch\nCOPY . /\n';

export interface ContextSize {
  readonly files: number;
  readonly megabytes: number;
}

/** A directory with a Dockerfile, so many small files of other content in each, and one large file. */
export async function makeContext(path: string, { files, megabytes }: ContextSize): Promise<string> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'Dockerfile'), DOCKERFILE);
  for (let index = 0; index < files; index += 1) {
    if (index % FILES_A_DIRECTORY === 0) await mkdir(join(path, `d${index / FILES_A_DIRECTORY}`));
    await changeFile(path, index);
  }
  if (megabytes > 0) {
    await using large = await open(join(path, 'large'), 'w');
    for (let written = 0; written < megabytes; written += 1) await large.write(randomBytes(MEGABYTE));
  }
  return path;
}

/** Gives one of the small files another content of the same length. */
export async function changeFile(path: string, index: number): Promise<void> {
  const name = join(path, `d${Math.floor(index / FILES_A_DIRECTORY)}`, `f${index}`);
  await writeFile(name, randomBytes(SMALL_BYTES));
}

/** A directory with one file of so many megabytes, which take no room on the disk. */
export async function makeSparseContext(path: string, megabytes: number): Promise<string> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'Dockerfile'), DOCKERFILE);
  await writeFile(join(path, 'large'), '');
  await truncate(join(path, 'large'), megabytes * MEGABYTE);
  return path;
}
