import { chmod, chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { VolumeId } from '../ports/volumes.ts';
import { dataPath, statDirectory } from './directories.ts';
import { syncDirectory, syncTree } from './durable.ts';
import { isErrno } from './failures.ts';
import type { Layout } from './names.ts';
import { readRecord, writeRecord } from './record.ts';

/**
 * Fills an empty volume once. `fill` works beside the data; rename(2) puts the result in the place of the empty directory in one step, and
 * refuses when something appeared there meanwhile: what is there always wins. Only then the record says `populated`.
 */
export async function populate(layout: Layout, id: VolumeId, fill: (staging: string) => Promise<void>): Promise<void> {
  const there = await statDirectory(layout, id);
  if (there === undefined) {
    throw new RuntimeError('NotFound', `volume ${id.namespace}/${id.name} has no directory to fill`);
  }
  if (there.populated) return;
  const volume = layout.volume(id);
  if (there.empty) await fillBeside(volume, fill);
  const ownerUid = (await readRecord(volume))?.ownerUid ?? id.uid;
  await writeRecord(volume, { ownerUid, populated: true });
}

async function fillBeside(volume: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const staging = join(volume, 'staging');
  const data = dataPath(volume);
  await rm(staging, { recursive: true, force: true });
  try {
    await mkdir(staging);
    const { mode, uid, gid } = await lstat(data);
    await chown(staging, uid, gid);
    await chmod(staging, mode & 0o7777);
    await fill(staging);
    await syncTree(staging);
    await rename(staging, data);
    await syncDirectory(volume);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
