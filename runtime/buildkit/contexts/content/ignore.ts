/** Which files of a context take no part in the build. */
import { parseIgnoreFile } from '../../files/ignore-file.ts';
import { readInside } from '../inside.ts';

export interface Ignored {
  /** Relative to the context; absent: there is no ignore file. */
  readonly file?: string;
  readonly patterns: readonly string[];
}

/** BuildKit reads such a file as a whole, and what it makes of it goes through headers: this is far beyond what can work. */
const maxBytes = 4 * 1024 * 1024;

/** The ignore file of a definition goes before that of the context. `root` is free of links. */
export async function readIgnored(root: string, dockerfile: string | undefined): Promise<Ignored> {
  const names = [...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]), '.dockerignore'];
  for (const file of names) {
    const content = await readInside(root, file, maxBytes);
    if (content !== undefined) return { file, patterns: parseIgnoreFile(content) };
  }
  return { patterns: [] };
}
