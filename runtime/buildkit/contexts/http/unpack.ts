/** An archive as a directory. */
import { mkdir, open, rm } from 'node:fs/promises';
import { isRuntimeError, RuntimeError } from '../../../errors.ts';
import type { Host } from '../../../ports/host.ts';
import { walk } from '../../../files/walk.ts';
import { tooLarge } from './too-large.ts';

/** First bytes of what compresses, and tar's word for it. Names and media types lie. */
const compressions = [
  ['1f8b', '--gzip'],
  ['425a68', '--bzip2'],
  ['fd377a585a00', '--xz'],
  ['28b52ffd', '--zstd'],
] as const;

/** Bytes that tar reads at a time, of what is opened already. */
const record = 10 * 1024;
/** Of the few lines that it has to say then, none but ours. */
const stopped = 'tsmoby: too much';

/** Milliseconds. */
const deadline = 30 * 60_000;

/**
 * Unpacks a tar, compressed or not, into a directory that it makes. Everything belongs to the daemon; nothing comes to lie outside, whatever names and links the
 * archive has (GNU tar takes away leading slashes, refuses `..`, and makes links that lead out last); devices are left out. Rejects with Corrupt
 * for what is no such archive, Unsupported when the program for its compression is missing, InvalidArgument (ContextTooLarge) when it has more than
 * `maxBytes`: some kilobytes can be made into a full disk.
 */
export async function unpack(
  host: Host,
  archive: string,
  target: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o755 });
  const compression = await compressionOf(archive);
  const how = ['--extract', `--file=${archive}`, `--directory=${target}`, '--no-same-owner', '--same-permissions'];
  const strict = ['--numeric-owner', '--delay-directory-restore', '--force-local', '--warning=no-timestamp'];
  try {
    await host.run('tar', [...how, ...strict, ...limits(maxBytes), ...compression], {
      deadline,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (isRuntimeError(error) && error.message.includes(stopped)) throw unpacksTo(maxBytes);
    throw tarFailure(error, compression);
  }
  await lookThrough(target, maxBytes, signal);
}

/** tar counts what it reads, whoever opened it, and ends itself when it is too much. */
function limits(maxBytes: number): readonly string[] {
  const records = Math.ceil(maxBytes / record) + 1;
  return [
    `--blocking-factor=${record / 512}`,
    '--read-full-records',
    `--checkpoint=${records}`,
    `--checkpoint-action=exec=echo "${stopped}" >&2; kill $PPID`,
  ];
}

const unpacksTo = (maxBytes: number): RuntimeError => tooLarge('the archive', 'it unpacks to more than', maxBytes);

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

/** Takes devices away. Files with holes are larger than what made them: whoever reads them reads it all. */
async function lookThrough(target: string, maxBytes: number, signal: AbortSignal | undefined): Promise<void> {
  let bytes = 0;
  for await (const batch of walk(target, { signal })) {
    for (const { path, type, size, sameAs } of batch) {
      if (type === 'block' || type === 'character') await rm(`${target}/${path}`);
      if (type === 'file' && sameAs === undefined) bytes += size;
    }
    if (bytes > maxBytes) throw unpacksTo(maxBytes);
  }
}
