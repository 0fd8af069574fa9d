import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StatusError, type ServerCall } from '../grpc/server.ts';
import { outputFailure } from './output-failure.ts';
import { decodeBytesMessage } from './packets.ts';

/** Messages are small; so many bytes are written at a time. */
const writeBytes = 1024 * 1024;

/**
 * A stream of bytes into a file, beside its place until it is complete and durable. The directory is made when it is not there. Rejects with RuntimeError
 * (ResourceExhausted for a full disk), or as the call does when it ends before its end; then nothing stays, and a former file is as it was.
 */
export async function receiveArchive(call: ServerCall, path: string): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.tsmoby-${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true });
    await writeAll(call, temporary);
    await rename(temporary, path);
    await using handle = await open(directory, 'r');
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof StatusError || call.signal.aborted ? error : outputFailure(path, error);
  }
}

async function writeAll(call: ServerCall, path: string): Promise<void> {
  await using handle = await open(path, 'wx', 0o666);
  let pending: Uint8Array[] = [];
  let bytes = 0;
  for await (const message of call.messages) {
    const data = decodeBytesMessage(message);
    pending.push(data);
    bytes += data.length;
    if (bytes < writeBytes) continue;
    await write(handle, pending, bytes);
    [pending, bytes] = [[], 0];
  }
  await write(handle, pending, bytes);
  await handle.sync();
}

/** The kernel may take a part only: the rest goes again, and says why when the disk is full. */
async function write(handle: FileHandle, chunks: readonly Uint8Array[], bytes: number): Promise<void> {
  if (bytes === 0) return;
  const { bytesWritten } = await handle.writev(chunks.filter(({ length }) => length > 0));
  if (bytesWritten < bytes) await handle.writeFile(Buffer.concat(chunks).subarray(bytesWritten));
}
