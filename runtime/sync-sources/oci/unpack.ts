/** A tar as files: nothing outside of the directory, nothing that leads out of it, nothing but files, directories and links. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { isRuntimeError, RuntimeError } from '../../errors.ts';
import { fileFailure, errnoOf, throwIfAborted } from '../../file-failure.ts';
import { Landing } from './landing.ts';

export interface UnpackOptions {
  /** For messages. */
  readonly what: string;
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly signal: AbortSignal | undefined;
}

/** Of headers and padding, for each entry; and some for an archive that has next to nothing in it. */
const overhead = 4096;
const slack = 1024 * 1024;

/**
 * Into a directory that is empty. Rejects with Corrupt for what is no such archive or has names or links that lead out, InvalidArgument
 * (SourceTooLarge) when it has more than it may, Cancelled.
 */
export async function unpack(archive: string, directory: string, options: UnpackOptions): Promise<void> {
  const { what, maxBytes, maxEntries, signal } = options;
  throwIfAborted(signal, 'unpacking');
  const landing = new Landing(directory);
  const entries = extract();
  const stages = [createReadStream(archive), ...(await decompression(archive)), limited(what, maxBytes, maxEntries)];
  const reading = pipeline([...stages, entries], signal === undefined ? {} : { signal });
  const failed = reading.catch((error: unknown) => error);
  try {
    let count = 0;
    for await (const entry of entries) {
      if (++count > maxEntries) throw tooLarge(`${what} has`, maxEntries, 'entries');
      await land(landing, entry.header, entry as AsyncIterable<Uint8Array>);
    }
    await reading;
    await landing.finish();
  } catch (error) {
    entries.destroy();
    const first = await failed;
    throw unpackFailure(what, isRuntimeError(error) ? error : (first ?? error), signal);
  }
}

async function land(landing: Landing, header: Header, content: AsyncIterable<Uint8Array>): Promise<void> {
  const { name, type, linkname } = header;
  switch (type) {
    case 'directory':
      await landing.directory(name);
      break;
    case 'file':
    case 'contiguous-file':
      await landing.file(name, ((header.mode ?? 0) & 0o111) !== 0, content);
      return;
    case 'link':
      landing.hardLink(name, linkname ?? '');
      break;
    case 'symlink':
      landing.link(name, linkname ?? '');
      break;
    default:
      // Devices and pipes are nobody's manifests.
      break;
  }
  for await (const _ of content);
}

/** By its first bytes: media types lie. */
async function decompression(archive: string): Promise<readonly Transform[]> {
  await using file = await open(archive);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  const first = buffer.subarray(0, bytesRead).toString('hex');
  if (first.startsWith('1f8b')) return [createGunzip()];
  return first === '28b52ffd' ? [createZstdDecompress()] : [];
}

/** Some kilobytes can be made into a full disk. */
function limited(what: string, maxBytes: number, maxEntries: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const isTooMuch = bytes > maxBytes + Math.min(maxEntries * overhead, maxBytes) + slack;
      done(isTooMuch ? tooLarge(`${what} unpacks to`, maxBytes) : null, chunk);
    },
  });
}

export function tooLarge(what: string, limit: number, unit = 'bytes'): RuntimeError {
  return new RuntimeError('InvalidArgument', `${what} more than the ${limit} ${unit} that a source may have`, {
    reason: 'SourceTooLarge',
  });
}

function unpackFailure(what: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (isRuntimeError(error)) return error;
  if (signal?.aborted === true) return new RuntimeError('Cancelled', `unpacking ${what} was stopped`, { cause: error });
  const code = errnoOf(error);
  // zlib's codes begin with Z, its own and Node's with ERR_.
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return fileFailure(`unpacking ${what}`, error);
  const said = error instanceof Error ? error.message : String(error);
  return new RuntimeError('Corrupt', `${what} is no tar archive that can be unpacked: ${said}`, { cause: error });
}
