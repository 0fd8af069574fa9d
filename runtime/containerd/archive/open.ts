import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { RuntimeError } from '../../errors.ts';
import { openDirectory } from './directory.ts';
import type { ArchiveFiles } from './files.ts';
import { indexTar } from './tar-index.ts';
import { readAt, streamAt } from './read-at.ts';

export interface OpenArchiveOptions {
  /** Where a compressed archive is unpacked to, so that it can be read at any place; the file has no name there. */
  readonly spoolDirectory: string;
  readonly newId: () => string;
  readonly signal?: AbortSignal | undefined;
}

type Packing = 'plain' | 'gzip' | 'zstd';

/**
 * Opens a tar (plain, gzip, zstd) or an OCI layout directory. Rejects: NotFound, InvalidArgument (no regular file, another
 * compression), Corrupt (broken or truncated), ResourceExhausted (no room to unpack it).
 */
export async function openArchive(path: string, options: OpenArchiveOptions): Promise<ArchiveFiles> {
  // Without waiting for a writer where somebody put a FIFO.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw openError(path, error);
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) {
      await file.close();
      return openDirectory(path);
    }
    if (!stat.isFile()) throw new RuntimeError('InvalidArgument', `archive ${path} is neither a file nor a directory`);
    const packing = packingOf(await head(file), path);
    if (packing === 'plain') return await tarFiles(file, path);
    const spooled = await spool(file, packing, path, options);
    await file.close();
    return await tarFiles(spooled, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function tarFiles(file: FileHandle, path: string): Promise<ArchiveFiles> {
  try {
    const entries = await indexTar(file, (await file.stat()).size, path);
    return {
      size: (name) => Promise.resolve(entries.get(name)?.size),
      read: async (name, limit) => {
        const entry = entries.get(name);
        return entry === undefined ? undefined : readAt(file, entry, limit, `${path}: ${name}`);
      },
      stream: (name, offset) => streamAt(file, entries.get(name), offset, `${path}: ${name}`),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function head(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(8);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
}

function packingOf(start: Buffer, path: string): Packing {
  const magic = start.toString('hex');
  if (magic.startsWith('1f8b')) return 'gzip';
  if (magic.startsWith('28b52ffd')) return 'zstd';
  if (magic.startsWith('425a68') || magic.startsWith('fd377a585a00')) {
    throw new RuntimeError('InvalidArgument', `archive ${path} is compressed with bzip2 or xz: use gzip, zstd or none`);
  }
  return 'plain';
}

/** Unpacks into a file that has no name any more when this resolves: a crash leaves nothing behind. */
async function spool(
  file: FileHandle,
  packing: 'gzip' | 'zstd',
  path: string,
  options: OpenArchiveOptions,
): Promise<FileHandle> {
  const name = join(options.spoolDirectory, `.archive-${options.newId()}`);
  const target = await open(name, 'wx+', 0o600);
  await unlink(name);
  const unpack: Transform = packing === 'gzip' ? createGunzip() : createZstdDecompress();
  try {
    const packed = streamAt(file, { offset: 0, size: (await file.stat()).size }, 0, path);
    const write = (unpacked: AsyncIterable<Uint8Array>) => target.writeFile(unpacked);
    await pipeline(packed, unpack, write, options.signal === undefined ? {} : { signal: options.signal });
    return target;
  } catch (error) {
    await target.close().catch(() => undefined);
    throw spoolError(path, error, options.signal);
  }
}

function spoolError(path: string, error: unknown, signal: AbortSignal | undefined): RuntimeError {
  if (signal?.aborted === true) return new RuntimeError('Cancelled', `loading ${path} was stopped`, { cause: error });
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new RuntimeError('ResourceExhausted', `no space left to unpack archive ${path}`, {
      cause: error,
      reason: 'DiskFull',
    });
  }
  if (/^(Z_|ZSTD_)/.test(code)) {
    const message = `archive ${path} is broken: it ends early or was damaged (${(error as Error).message})`;
    return new RuntimeError('Corrupt', message, { cause: error, reason: 'ArchiveBroken' });
  }
  return new RuntimeError('Internal', `archive ${path} could not be unpacked: ${String(error)}`, { cause: error });
}

function openError(path: string, error: unknown): RuntimeError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new RuntimeError('NotFound', `there is no archive ${path}`, { cause: error, reason: 'ArchiveNotFound' });
  if (code === 'EACCES' || code === 'EPERM') {
    return new RuntimeError('InvalidArgument', `archive ${path} must not be read by us`, { cause: error });
  }
  return new RuntimeError('InvalidArgument', `archive ${path} cannot be opened: ${message}`, { cause: error });
}
