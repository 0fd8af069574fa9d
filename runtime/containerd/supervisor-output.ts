/**
 * Keeps the file that a long-lived program appends its output to from growing without end. The program holds the file open, so
 * it is cut in place: what was written is kept once, in `<file>.1`. A few lines may be lost between copy and cut; they are diagnostics.
 */
import { copyFile, open, stat, truncate } from 'node:fs/promises';
import { watch } from 'node:fs';

/** 4 MiB hold weeks of warnings. */
const defaultMaxBytes = 4 * 1024 * 1024;

/** Cuts the file now if it is too large. */
export async function boundOutput(path: string, maxBytes = defaultMaxBytes): Promise<void> {
  const size = await sizeOf(path);
  if (size === undefined || size <= maxBytes) return;
  await copyFile(path, `${path}.1`);
  await truncate(path);
}

/** Cuts it whenever it grows too large, until disposed. The file must exist. Failures (a full disk) leave it as it is. */
export function keepOutputBounded(path: string, maxBytes = defaultMaxBytes): Disposable {
  let busy = false;
  const watcher = watch(path, { persistent: false }, () => {
    if (busy) return;
    busy = true;
    void boundOutput(path, maxBytes)
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  });
  watcher.on('error', () => undefined);
  return { [Symbol.dispose]: () => watcher.close() };
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
