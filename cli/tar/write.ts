import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BLOCK, encodeHeader, padding } from './header.ts';

const CHUNK = 64 * 1024;

/** An archive of a file, or of a directory with all that is in it, under another name. Links stay links. */
export async function* writeTar(path: string, name: string): AsyncGenerator<Uint8Array> {
  yield* writeEntry(path, name);
  yield Buffer.alloc(2 * BLOCK);
}

async function* writeEntry(path: string, name: string): AsyncGenerator<Uint8Array> {
  const stats = await lstat(path);
  const common = { name, mode: stats.mode & 0o777, mtime: stats.mtimeMs / 1000, size: 0, link: '' };
  if (stats.isDirectory()) {
    yield encodeHeader({ ...common, name: `${name}/`, type: 'directory' });
    for (const child of (await readdir(path)).toSorted()) yield* writeEntry(join(path, child), `${name}/${child}`);
  } else if (stats.isSymbolicLink()) {
    yield encodeHeader({ ...common, type: 'symlink', link: await readlink(path) });
  } else if (stats.isFile()) {
    yield encodeHeader({ ...common, type: 'file', size: stats.size });
    yield* fileContent(path, stats.size);
    yield Buffer.alloc(padding(stats.size));
  }
  // Sockets, pipes and devices are no content.
}

/** Exactly so many bytes: the header has promised them. */
async function* fileContent(path: string, size: number): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r');
  for (let left = size; left > 0;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(CHUNK, left)));
    if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
    left -= bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
