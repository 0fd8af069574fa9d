/** An archive as a directory. */
import { mkdir, open, rm } from 'node:fs/promises';
import { isRuntimeError, RuntimeError } from '../../../errors.ts';
import type { Host } from '../../../ports/host.ts';
import { walk } from '../../files/walk.ts';

/** First bytes of what compresses, and tar's word for it. Names and media types lie. */
const compressions = [
  ['1f8b', '--gzip'],
  ['425a68', '--bzip2'],
  ['fd377a585a00', '--xz'],
  ['28b52ffd', '--zstd'],
] as const;

/** Milliseconds. */
const deadline = 30 * 60_000;

/**
 * Unpacks a tar, compressed or not, into a directory that it makes. Everything belongs to the daemon; nothing comes to lie outside, whatever names and links the
 * archive has (GNU tar takes away leading slashes, refuses `..`, and makes links that lead out last); devices are left out. Rejects with Corrupt
 * for what is no such archive, Unsupported when the program for its compression is missing.
 */
export async function unpack(
  host: Host,
  archive: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o755 });
  const compression = await compressionOf(archive);
  const how = ['--extract', `--file=${archive}`, `--directory=${target}`, '--no-same-owner', '--same-permissions'];
  const strict = ['--numeric-owner', '--delay-directory-restore', '--force-local', '--warning=no-timestamp'];
  try {
    await host.run('tar', [...how, ...strict, ...compression], {
      deadline,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    throw tarFailure(error, compression);
  }
  await removeDevices(target, signal);
}

async function compressionOf(archive: string): Promise<readonly string[]> {
  await using file = await open(archive);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  const first = buffer.subarray(0, bytesRead).toString('hex');
  return compressions.filter(([magic]) => first.startsWith(magic)).map(([, option]) => option);
}

function tarFailure(error: unknown, compression: readonly string[]): unknown {
  if (!isRuntimeError(error, 'Internal')) return error;
  if (/cannot exec/i.test(error.message)) {
    const [option = ''] = compression;
    return new RuntimeError(
      'Unsupported',
      `the program ${option.slice(2)}, which opens this archive, is not installed`,
      {
        cause: error,
      },
    );
  }
  return new RuntimeError('Corrupt', `it is no tar archive that can be unpacked: ${error.message}`, { cause: error });
}

async function removeDevices(target: string, signal: AbortSignal | undefined): Promise<void> {
  for await (const batch of walk(target, { signal })) {
    for (const { path, type } of batch) {
      if (type === 'block' || type === 'character') await rm(`${target}/${path}`);
    }
  }
}
