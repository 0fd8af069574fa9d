import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The few file operations that the fake ports need, in memory or on a real directory. */
export interface FakeFiles {
  makeDirectory(path: string): Promise<void>;
  /** Makes parents. */
  write(path: string, content: Uint8Array | string, mode?: number): Promise<void>;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names in a directory, sorted; undefined when there is no such directory. */
  list(path: string): Promise<readonly string[] | undefined>;
  kind(path: string): Promise<'file' | 'directory' | undefined>;
  /** With everything below; success when nothing is there. */
  remove(path: string): Promise<void>;
}

export function createMemoryFiles(): FakeFiles {
  const files = new Map<string, Uint8Array>();
  const directories = new Set<string>(['/']);
  const makeDirectory = (path: string): void => {
    for (let at = path; !directories.has(at); at = dirname(at)) directories.add(at);
  };
  return {
    async makeDirectory(path) {
      makeDirectory(path);
    },
    async write(path, content) {
      makeDirectory(dirname(path));
      files.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    },
    async read(path) {
      return files.get(path);
    },
    async list(path) {
      if (!directories.has(path)) return undefined;
      const prefix = path === '/' ? '/' : `${path}/`;
      const below = [...files.keys(), ...directories].filter((name) => name !== path && name.startsWith(prefix));
      return [...new Set(below.map((name) => name.slice(prefix.length).split('/', 1)[0] ?? ''))].toSorted();
    },
    async kind(path) {
      if (files.has(path)) return 'file';
      return directories.has(path) ? 'directory' : undefined;
    },
    async remove(path) {
      const inside = (name: string): boolean => name === path || name.startsWith(`${path}/`);
      for (const name of files.keys()) if (inside(name)) files.delete(name);
      for (const name of directories) if (inside(name)) directories.delete(name);
    },
  };
}

export function createDiskFiles(): FakeFiles {
  return {
    async makeDirectory(path) {
      await mkdir(path, { recursive: true });
    },
    async write(path, content, mode = 0o644) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content, { mode });
    },
    async read(path) {
      return await readFile(path).catch(absent);
    },
    async list(path) {
      return (await readdir(path).catch(absent))?.toSorted();
    },
    async kind(path) {
      const found = await stat(path).catch(absent);
      if (found === undefined) return undefined;
      return found.isDirectory() ? 'directory' : 'file';
    },
    async remove(path) {
      await rm(path, { recursive: true, force: true });
    },
  };
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
}

/** Copies all files below one directory to another. */
export async function copyTree(files: FakeFiles, from: string, to: string): Promise<void> {
  await files.makeDirectory(to);
  for (const name of (await files.list(from)) ?? []) {
    const source = join(from, name);
    const content = await files.read(source).catch(() => undefined);
    if (content === undefined) await copyTree(files, source, join(to, name));
    else await files.write(join(to, name), content);
  }
}
