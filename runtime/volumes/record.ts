import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable.ts';
import { unlessMissing } from './failures.ts';

/** What is known of a directory volume, in `owner.json` beside its data. */
export interface VolumeRecord {
  readonly ownerUid: string;
  /** Was filled from an image, or held something when that was tried. */
  readonly populated: boolean;
}

const recordPath = (volume: string): string => join(volume, 'owner.json');

/** Undefined when there is none, or none that can be read: the data counts, not the record. */
export async function readRecord(volume: string): Promise<VolumeRecord | undefined> {
  const text = await unlessMissing(readFile(recordPath(volume), 'utf8'));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { ownerUid, populated } = value as { ownerUid?: unknown; populated?: unknown };
    return typeof ownerUid === 'string' ? { ownerUid, populated: populated === true } : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(volume: string, record: VolumeRecord): Promise<void> {
  await writeDurably(recordPath(volume), `${JSON.stringify(record)}\n`);
}
