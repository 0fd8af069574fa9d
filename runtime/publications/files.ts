/**
 * What is in force, in `<run>/publications/<uid>.json`: it dies with the boot, as sockets and rules do. And picked ports, in
 * `<data>/publications/<uid>.json`: those are kept over a boot, as people have written them down.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { HostFacts } from '../ports/host.ts';
import type { PublishedRange } from '../ports/publications.ts';
import type { PublicationRecord } from './record.ts';

/** A port that was picked for a range like this. */
export type PickedPort = Omit<PublishedRange, 'count'>;

export interface PublicationFiles {
  readAll(): Promise<readonly PublicationRecord[]>;
  readPicks(): Promise<ReadonlyMap<string, readonly PickedPort[]>>;
  write(record: PublicationRecord): Promise<void>;
  writePicks(uid: string, picks: readonly PickedPort[]): Promise<void>;
  remove(uid: string): Promise<void>;
  removePicks(uid: string): Promise<void>;
}

export type PublicationFacts = Pick<HostFacts, 'runDirectory' | 'dataDirectory' | 'bootId'>;

/** Every function rejects with RuntimeError Unavailable: a full disk heals by itself. */
export function createFiles({ runDirectory, dataDirectory, bootId }: PublicationFacts): PublicationFiles {
  const inRun = join(runDirectory, 'publications');
  const inData = join(dataDirectory, 'publications');
  const at = (directory: string, uid: string): string => join(directory, `${uid}.json`);
  return {
    async readAll() {
      const found = await readFolder<{ bootId: string; record: PublicationRecord }>(inRun);
      const [ours, others] = [found.filter(ofBoot), found.filter((each) => !ofBoot(each))];
      for (const [uid] of others) await removed(at(inRun, uid));
      return ours.flatMap(([, content]) => content?.record ?? []);
    },
    async readPicks() {
      const found = await readFolder<{ picks: readonly PickedPort[] }>(inData);
      return new Map(found.map(([uid, content]) => [uid, content?.picks ?? []]));
    },
    write: (record) => written(inRun, record.publication.owner.uid, { bootId, record }, false),
    writePicks: (uid, picks) => written(inData, uid, { picks }, true),
    remove: (uid) => removed(at(inRun, uid)),
    removePicks: (uid) => removed(at(inData, uid)),
  };

  function ofBoot([, content]: readonly [string, { bootId: string } | undefined]): boolean {
    return content?.bootId === bootId;
  }
}

/** Name without `.json` -> content; undefined where it is none. */
async function readFolder<T>(directory: string): Promise<readonly (readonly [string, T | undefined])[]> {
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
    return await Promise.all(
      names.map(async (name) => [
        name.slice(0, -'.json'.length),
        parse<T>(await readFile(join(directory, name), 'utf8')),
      ]),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileFailure(error);
  }
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** In one rename: a crash leaves the old one or the new one. */
async function written(directory: string, uid: string, content: object, durably: boolean): Promise<void> {
  const path = join(directory, `${uid}.json`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    {
      await using file = await open(`${path}.new`, 'w', 0o600);
      await file.writeFile(`${JSON.stringify(content)}\n`);
      if (durably) await file.sync();
    }
    await rename(`${path}.new`, path);
    if (!durably) return;
    await using folder = await open(directory, 'r');
    await folder.sync();
  } catch (error) {
    throw fileFailure(error);
  }
}

async function removed(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fileFailure(error);
  }
}

function fileFailure(cause: unknown): RuntimeError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError('Unavailable', `what is published cannot be written down or read: ${message}`, { cause });
}
