/** The file that a program appends its output to: cut in place when it is large, read where it did not come up. */
import { copyFile, open, stat, truncate } from 'node:fs/promises';

/** Warnings and errors only: this is a lot of trouble. */
const maxBytes = 4 * 1024 * 1024;
const tailBytes = 1500;

/** Keeps what was written once, in `<file>.1`. Failures (a full disk) leave it as it is. */
export async function boundOutput(path: string): Promise<void> {
  if ((await sizeOf(path)) <= maxBytes) return;
  await copyFile(path, `${path}.1`);
  await truncate(path);
}

/** Its end. */
export async function outputTail(path: string): Promise<string> {
  const size = await sizeOf(path);
  if (size === 0) return 'it wrote nothing';
  await using file = await open(path, 'r');
  const start = Math.max(0, size - tailBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  return buffer.toString('utf8', 0, bytesRead).trim();
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
