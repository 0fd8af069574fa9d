import { chmod, lstat, mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DirectoryVolume, VolumeId } from '../ports/volumes.ts';
import { isEmpty, syncDirectory } from './durable.ts';
import { isErrno, unlessMissing } from './failures.ts';
import type { Layout } from './names.ts';
import { readRecord, writeRecord } from './record.ts';

const DEFAULT_MODE = 0o755;

export const dataPath = (volume: string): string => join(volume, 'data');

/** The record is written before the data directory appears: a record of lost data never speaks for new, empty data. */
export async function ensureDirectory(layout: Layout, id: VolumeId, mode = DEFAULT_MODE): Promise<DirectoryVolume> {
  const there = await statDirectory(layout, id);
  const volume = layout.volume(id);
  if (there !== undefined) {
    if (there.ownerUid !== '') return there;
    await writeRecord(volume, { ownerUid: id.uid, populated: false });
    return { ...there, ownerUid: id.uid };
  }
  await makeParents(volume);
  await writeRecord(volume, { ownerUid: id.uid, populated: false });
  const path = dataPath(volume);
  await mkdir(path, { mode });
  // mkdir takes the umask off.
  await chmod(path, mode);
  await syncDirectory(volume);
  return { path, empty: true, ownerUid: id.uid, populated: false };
}

/** `ownerUid` is empty when data is there and its record is not. */
export async function statDirectory(layout: Layout, id: VolumeId): Promise<DirectoryVolume | undefined> {
  const volume = layout.volume(id);
  const path = dataPath(volume);
  const found = await unlessMissing(lstat(path));
  if (found === undefined || !found.isDirectory()) return undefined;
  const record = (await readRecord(volume)) ?? { ownerUid: '', populated: false };
  return { path, empty: await isEmpty(path), ...record };
}

export async function removeDirectory(layout: Layout, id: VolumeId): Promise<void> {
  const volume = layout.volume(id);
  await rm(volume, { recursive: true, force: true });
  try {
    await rmdir(dirname(volume));
  } catch (error) {
    // Other volumes of the namespace, or none ever.
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

/** Again when another volume's removal took the namespace's directory away in between. */
async function makeParents(volume: string): Promise<void> {
  try {
    await mkdir(volume, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    await mkdir(volume, { recursive: true, mode: 0o700 });
  }
}
