/** Reads a run's files in order, from wherever was asked, and goes on with what is written while it is followed. */
import { access, mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { LogRun, ReadLogOptions } from '../ports/logs.ts';
import { watchDirectories, type Changes } from './changes.ts';
import { listSegments, logDirectory, registrationPath, segmentPath, type LogPaths } from './files.ts';
import { toRecordTime } from './records.ts';
import { createRenderer } from './render.ts';
import { findTail, type LogPosition } from './tail.ts';

const chunkBytes = 64 * 1024;

/** As Logs.read: needs the files alone, so that logs can be read while logd is dead. */
export async function* readRun(paths: LogPaths, run: LogRun, options: ReadLogOptions): AsyncGenerator<Uint8Array> {
  const directory = logDirectory(paths, run.log);
  const { follow = false, signal, timestamps = false, stream, limitBytes } = options;
  const since = options.sinceTime === undefined ? undefined : sinceOf(options.sinceTime);
  const renderer = createRenderer({ timestamps, since, stream, ...(limitBytes === undefined ? {} : { limitBytes }) });
  using changes = follow ? await watchRun(paths, run, directory, signal) : undefined;
  const stopped = (): boolean => renderer.done || signal?.aborted === true;
  let position: LogPosition | undefined = await startPosition(directory, run.run, options.tailLines);
  while (position !== undefined && !stopped()) {
    const here: LogPosition = position;
    await using file = await openIfThere(segmentPath(directory, run.run, here.sequence));
    const follower = { changes, isOver: () => isOver(paths, run), signal };
    for await (const chunk of fileChunks(file, here, () => nextSequence(directory, run.run, here), follower)) {
      const shown = renderer.push(chunk);
      if (shown) yield shown;
      if (stopped()) return;
    }
    renderer.nextFile();
    const next = await nextSequence(directory, run.run, here);
    position = next === undefined ? undefined : { sequence: next, offset: 0 };
  }
}

interface Follower {
  readonly changes: Changes | undefined;
  readonly isOver: () => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
}

/** The bytes of one file to its end; with `changes` until there is a next file, or the run is over. */
async function* fileChunks(
  file: OptionalFile,
  from: LogPosition,
  next: () => Promise<number | undefined>,
  { changes, isOver, signal }: Follower,
): AsyncGenerator<Buffer> {
  for (let offset = from.offset, last = changes === undefined; ;) {
    const chunk = await readChunk(file, offset);
    if (chunk.length > 0) {
      offset += chunk.length;
      yield chunk;
    } else if (last || changes === undefined || signal?.aborted === true) {
      return;
    } else if ((await next()) !== undefined || (await isOver())) {
      // Whatever was written before that is in the file now: once more to its end.
      last = true;
    } else {
      await changes.next();
    }
  }
}

/** The first position to read from; a run without files yet begins with its first. */
async function startPosition(directory: string, run: number, tailLines: number | undefined): Promise<LogPosition> {
  const sequences = (await listSegments(directory)).get(run) ?? [];
  const first = { sequence: sequences[0] ?? 0, offset: 0 };
  if (tailLines === undefined || sequences.length === 0) return first;
  return (await findTail(directory, run, sequences, tailLines)) ?? first;
}

/** The next file that is there; those between may have been rotated away. */
async function nextSequence(directory: string, run: number, after: LogPosition): Promise<number | undefined> {
  const sequences = (await listSegments(directory)).get(run) ?? [];
  return sequences.find((sequence) => sequence > after.sequence);
}

async function watchRun(
  paths: LogPaths,
  run: LogRun,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<Changes> {
  const registrations = dirname(registrationPath(paths, run));
  await mkdir(registrations, { recursive: true, mode: 0o700 });
  return watchDirectories([directory, registrations], signal);
}

async function isOver(paths: LogPaths, run: LogRun): Promise<boolean> {
  return await access(registrationPath(paths, run)).then(
    () => false,
    () => true,
  );
}

function sinceOf(time: string): string {
  const since = toRecordTime(time);
  if (since === undefined) throw new RuntimeError('InvalidArgument', `sinceTime "${time}" is not an RFC 3339 time`);
  return since;
}

/** A run that wrote nothing yet has no file; it may come. */
interface OptionalFile extends AsyncDisposable {
  get(): Promise<FileHandle | undefined>;
}

async function openIfThere(path: string): Promise<OptionalFile> {
  let file: FileHandle | undefined;
  const get = async (): Promise<FileHandle | undefined> => {
    file ??= await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return file;
  };
  await get();
  return { get, [Symbol.asyncDispose]: async () => await file?.close() };
}

async function readChunk(file: OptionalFile, offset: number): Promise<Buffer> {
  const handle = await file.get();
  if (handle === undefined) return Buffer.alloc(0);
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, offset);
  return buffer.subarray(0, bytesRead);
}
