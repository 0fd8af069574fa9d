import { constants } from 'node:fs';
import { chmod, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isErrno } from './failures.ts';
import { component } from './names.ts';

/** Any user of the container may use an emptyDir, as in Kubernetes. */
const DIRECTORY_MODE = 0o777;
const FILE_MODE = 0o666;

const directoryPath = (scratch: string, name: string): string => join(scratch, 'volumes', component('volume', name));
const filePath = (scratch: string, name: string): string => join(scratch, 'files', component('file', name));

export async function ensureScratch(scratch: string, name: string): Promise<string> {
  const path = directoryPath(scratch, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await mkdir(path);
    await chmod(path, DIRECTORY_MODE);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  return path;
}

/** A new file each time: a container that still has the old one mounted writes where nobody looks. */
export async function resetScratchFile(scratch: string, name: string): Promise<string> {
  const path = filePath(scratch, name);
  const isNew = (await mkdir(dirname(path), { recursive: true, mode: 0o700 })) !== undefined;
  if (!isNew) await rm(path, { recursive: true, force: true });
  await using file = await open(path, 'wx', FILE_MODE);
  await file.chmod(FILE_MODE);
  return path;
}

export async function readScratchFile(scratch: string, name: string, maxBytes: number): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    await using file = await open(filePath(scratch, name), flags);
    const stats = await file.stat();
    if (!stats.isFile()) return '';
    const start = Math.max(0, stats.size - maxBytes);
    const buffer = Buffer.alloc(Math.min(stats.size, maxBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return wholeCharacters(buffer.subarray(0, bytesRead));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ELOOP')) return '';
    throw error;
  }
}

/** Without the rest of a character that the cut went through. */
function wholeCharacters(bytes: Buffer): string {
  let start = 0;
  while (start < Math.min(3, bytes.length) && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString();
}
