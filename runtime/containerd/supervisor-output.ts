/**
 * Keeps the file that a long-lived program appends its output to from growing without end. The program holds the file open, so
 * it is cut in place: what was written is kept once, in `<file>.1`. A few lines may be lost between copy and cut; they are diagnostics.
 */
import { copyFile, open, stat, truncate } from 'node:fs/promises';
import { watch, type FSWatcher } from 'node:fs';

/** 4 MiB hold weeks of warnings. */
const defaultMaxBytes = 4 * 1024 * 1024;

/** Cuts the file now if it is too large. */
export async function boundOutput(path: string, maxBytes = defaultMaxBytes): Promise<void> {
  const size = await sizeOf(path);
  if (size === undefined || size <= maxBytes) return;
  await copyFile(path, `${path}.1`);
  await truncate(path);
}

/**
 * Cuts it whenever it has grown too large, until disposed. The file must exist. Failures (a full disk) leave it as it is. Looks at most once in
 * `restMs`: each start of a container writes some lines, and nobody needs to be woken by each of them.
 */
export function keepOutputBounded(path: string, maxBytes = defaultMaxBytes, restMs = 10_000): Disposable {
  let watcher: FSWatcher | undefined;
  let resting: NodeJS.Timeout | undefined;
  let over = false;
  const listen = (): void => {
    if (over) return;
    try {
      watcher = watch(path, { persistent: false }, rest).on('error', () => undefined);
    } catch {
      // Somebody removed it: there is nothing left to bound.
    }
  };
  const rest = (): void => {
    watcher?.close();
    clearTimeout(resting);
    resting = setTimeout(look, restMs).unref();
  };
  const look = (): void =>
    void boundOutput(path, maxBytes)
      .catch(() => undefined)
      .finally(listen);
  listen();
  return {
    [Symbol.dispose]() {
      over = true;
      watcher?.close();
      clearTimeout(resting);
    },
  };
}

/** The end of the file: why a program did not come up. */
export async function outputTail(path: string, maxBytes = 1500): Promise<string> {
  const size = await sizeOf(path);
  if (size === undefined || size === 0) return 'it wrote nothing';
  await using file = await open(path, 'r');
  const start = Math.max(0, size - maxBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  return buffer.toString('utf8', 0, bytesRead).trim();
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
