import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A disk of this size at a directory that it makes. Whoever clears the folder that it is in takes it away. */
export async function mountDisk(path: string, bytes: number): Promise<void> {
  await mkdir(path);
  await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
}

/** The same disk with more or less room. */
export async function resizeDisk(path: string, bytes: number): Promise<void> {
  await promisify(execFile)('mount', ['-o', `remount,size=${bytes}`, path]);
}
