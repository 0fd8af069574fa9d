import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CommandError, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';

/** Keys and values of a ConfigMap or Secret. */
export type Entries = ReadonlyMap<string, Buffer>;

export interface EntryFlags {
  readonly 'from-literal': readonly string[];
  readonly 'from-file': readonly string[];
}

/** Reads `--from-literal` and `--from-file`. Rejects with UsageError for what is none, and for a key that comes twice. */
export async function readEntries(flags: EntryFlags, io: Io): Promise<Entries> {
  const entries = new Map<string, Buffer>();
  const add = (key: string, bytes: Buffer): void => {
    if (entries.has(key)) throw new UsageError(`cannot add key "${key}": another key by that name already exists`);
    entries.set(key, bytes);
  };
  for (const literal of flags['from-literal']) {
    const at = literal.indexOf('=');
    if (at <= 0) throw new UsageError(`invalid --from-literal ${JSON.stringify(literal)}, expected key=value`);
    add(literal.slice(0, at), Buffer.from(literal.slice(at + 1)));
  }
  for (const source of flags['from-file']) for (const [key, bytes] of await readFrom(source, io)) add(key, bytes);
  return entries;
}

async function readFrom(source: string, io: Io): Promise<readonly (readonly [string, Buffer])[]> {
  const at = source.indexOf('=');
  const key = at > 0 ? source.slice(0, at) : undefined;
  const path = resolve(io.cwd, at > 0 ? source.slice(at + 1) : source);
  try {
    if (!(await stat(path)).isDirectory()) return [[key ?? basename(path), await readFile(path)]];
    if (key !== undefined) throw new UsageError(`--from-file ${source}: a directory cannot have a key`);
    const files = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
    return await Promise.all(files.map(async ({ name }) => [name, await readFile(join(path, name))] as const));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(code === 'ENOENT' ? `error reading ${source}: no such file or directory` : message, {
      cause: error,
    });
  }
}
