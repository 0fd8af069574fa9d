/** What `-f` names: files, directories, URLs, standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';

export interface SourceText {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Absolute; what relative paths in it start from. Undefined for a URL. */
  readonly directory: string | undefined;
}

export interface SourceFlags {
  readonly filename: readonly string[];
  readonly recursive: boolean;
}

const EXTENSIONS = ['.json', '.yaml', '.yml'];
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads all of them, directories in alphabetical order. Rejects with CommandError or UsageError. */
export async function readSources({ filename, recursive }: SourceFlags, io: Io): Promise<readonly SourceText[]> {
  if (filename.filter((name) => name === '-').length > 1)
    throw new UsageError('standard input (-f -) can be read only once');
  const sources: SourceText[] = [];
  for (const name of filename) {
    if (name === '-') sources.push({ name: 'STDIN', bytes: await readStdin(io), directory: io.cwd });
    else if (/^https?:\/\//.test(name)) sources.push({ name, bytes: await readUrl(name, io), directory: undefined });
    else sources.push(...(await readPath(name, recursive, io)));
  }
  return sources;
}

async function readStdin(io: Io): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooLarge('STDIN');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readUrl(url: string, { signal }: Io): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    const { cause } = error as Error;
    throw new CommandError(`unable to read URL "${url}": ${cause instanceof Error ? cause.message : String(error)}`, {
      cause: error,
    });
  }
  if (!response.ok)
    throw new CommandError(
      `unable to read URL "${url}", server reported ${response.statusText}, status code=${String(response.status)}`,
    );
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooLarge(url);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readPath(name: string, recursive: boolean, io: Io): Promise<readonly SourceText[]> {
  const path = resolve(io.cwd, name);
  const found = await orExplain(name, stat(path));
  if (!found.isDirectory()) return [await readOne(name, path, resolve(path, '..'))];
  const files = await filesIn(name, path, recursive);
  if (files.length === 0)
    throw new CommandError(`error reading [${name}]: recognized file extensions are [${EXTENSIONS.join(' ')}]`);
  return await Promise.all(files.map((file) => readOne(join(name, file), join(path, file), resolve(path, file, '..'))));
}

async function readOne(name: string, path: string, directory: string): Promise<SourceText> {
  const { size } = await orExplain(name, stat(path));
  if (size > MAX_BYTES) throw tooLarge(name);
  return { name, bytes: await orExplain(name, readFile(path)), directory };
}

async function filesIn(name: string, path: string, recursive: boolean): Promise<readonly string[]> {
  const entries = await orExplain(name, readdir(path, { withFileTypes: true, recursive }));
  return entries
    .filter((entry) => !entry.isDirectory() && EXTENSIONS.some((extension) => entry.name.endsWith(extension)))
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort((a, b) => (a < b ? -1 : 1));
}

async function orExplain<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? `the path "${name}" does not exist`
        : code === 'EACCES'
          ? `the path "${name}" cannot be read: permission denied`
          : message;
    throw new CommandError(why, { cause: error });
  }
}

const tooLarge = (name: string): CommandError =>
  new CommandError(`${name} is larger than ${String(MAX_BYTES / 1024 / 1024)} MiB: that is no manifest`);
