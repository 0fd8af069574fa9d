import type { FileHandle } from 'node:fs/promises';
import { RuntimeError } from '../../errors.ts';
import type { TarEntry } from './tar-index.ts';

/** Bytes read at once. */
const CHUNK = 1024 * 1024;

/** A range of an open file as a whole. Rejects with Corrupt above the limit. */
export async function readAt(file: FileHandle, entry: TarEntry, limit: number, what: string): Promise<Uint8Array> {
  if (entry.size > limit)
    throw new RuntimeError('Corrupt', `${what} has ${entry.size} bytes, more than the ${limit} it may have`);
  const bytes = Buffer.alloc(entry.size);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, entry.offset + done);
    if (bytesRead === 0) throw new RuntimeError('Corrupt', `${what} ends early`, { reason: 'ArchiveBroken' });
    done += bytesRead;
  }
  return bytes;
}

/** The same, piece by piece from `offset` within the range; the file stays open. */
export async function* streamAt(
  file: FileHandle | undefined,
  entry: TarEntry | undefined,
  offset: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  if (file === undefined || entry === undefined) {
    throw new RuntimeError('Corrupt', `${what} is missing: the archive is not complete`, { reason: 'ArchiveBroken' });
  }
  const end = entry.offset + entry.size;
  for (let position = entry.offset + offset; position < end;) {
    // A buffer of its own for each piece: the reader may still hold the one before. Not a read stream: it closes the file when left early.
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, end - position));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new RuntimeError('Corrupt', `${what} ends early`, { reason: 'ArchiveBroken' });
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
