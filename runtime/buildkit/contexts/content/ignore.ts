/** Which files of a context take no part in the build. */
import { join } from 'node:path/posix';
import { isRuntimeError } from '../../../errors.ts';
import type { DigestOptions } from '../../../ports/build-contexts.ts';
import { parseIgnoreFile } from '../../../files/ignore-file.ts';
import { readInside, realDirectory } from '../inside.ts';

export interface Ignored {
  /** Relative to the context, or absolute; absent: there is no ignore file. */
  readonly file?: string;
  readonly content?: Uint8Array;
  readonly patterns: readonly string[];
}

/** BuildKit reads such a file as a whole, and what it makes of it goes through headers: this is far beyond what can work. */
const maxBytes = 4 * 1024 * 1024;

/** The ignore file of a definition goes before that of the context. `root` is free of links. */
export async function readIgnored(root: string, options: DigestOptions): Promise<Ignored> {
  return (await ofDefinition(root, options)) ?? (await readOne(root, '.dockerignore')) ?? { patterns: [] };
}

async function ofDefinition(
  root: string,
  { dockerfile, definitionDirectory }: DigestOptions,
): Promise<Ignored | undefined> {
  if (dockerfile === undefined) return undefined;
  const name = `${dockerfile}.dockerignore`;
  if (definitionDirectory === undefined) return await readOne(root, name);
  const found = await readOne(await realDirectory(definitionDirectory), name).catch((error: unknown) => {
    if (isRuntimeError(error, 'NotFound')) return undefined;
    throw error;
  });
  return found && { ...found, file: join(definitionDirectory, name) };
}

async function readOne(directory: string, file: string): Promise<Ignored | undefined> {
  const content = await readInside(directory, file, maxBytes);
  return content && { file, content, patterns: parseIgnoreFile(content) };
}
