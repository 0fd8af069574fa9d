/** The SyncRevisions port over files below the data directory: one compressed file a revision, read by nobody but the daemon. */
import { open, readFile, rename, rm, mkdir, utimes, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { RuntimeError } from '../errors.ts';
import { namesIn } from '../file-failure.ts';
import type { SyncRevision, SyncRevisions } from '../ports/sync-revisions.ts';

export interface SyncRevisionsOptions {
  /** They are in `sync-revisions` below it. */
  readonly dataDirectory: string;
  readonly clock: { now(): number };
}

const KEPT = 5;
const ENDING = '.json.gz';
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
/** Files of a daemon that was killed while it wrote. */
const UNFINISHED = '.part';

const compress = promisify<Uint8Array, Buffer>(gzip);
const decompress = promisify<Uint8Array, Buffer>(gunzip);

export function createSyncRevisions({ dataDirectory, clock }: SyncRevisionsOptions): SyncRevisions {
  const directoryOf = (id: string): string => {
    if (!/^[\w-]+$/.test(id)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(id)} is no id of an owner`);
    return join(dataDirectory, 'sync-revisions', id);
  };
  const pathOf = (id: string, digest: string): string => join(directoryOf(id), `${nameOf(digest)}${ENDING}`);

  const list = async (id: string): Promise<readonly string[]> => {
    const directory = directoryOf(id);
    const names = (await namesIn(directory)).filter((name) => name.endsWith(ENDING));
    const times = await Promise.all(names.map(async (name) => ({ name, at: await timeOf(join(directory, name)) })));
    return times
      .sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1))
      .map(({ name }) => `sha256:${name.slice(0, -ENDING.length)}`);
  };

  return {
    async save(id, revision) {
      const directory = directoryOf(id);
      const path = pathOf(id, revision.digest);
      try {
        await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
        // One object a line, so that no text of all of them has to be made at once.
        const head = JSON.stringify({ revision: revision.revision, digest: revision.digest });
        const packed = await compress(Buffer.from([head, ...revision.objects].join('\n')));
        await writeDurably(`${path}${UNFINISHED}`, packed);
        await rename(`${path}${UNFINISHED}`, path);
        const now = clock.now() / 1000;
        await utimes(path, now, now);
        for (const old of (await list(id)).slice(KEPT)) await rm(pathOf(id, old), { force: true });
      } catch (error) {
        throw failure(error);
      }
    },
    async load(id, digest) {
      try {
        const [head = '', ...objects] = (await decompress(await readFile(pathOf(id, digest))))
          .toString('utf8')
          .split('\n');
        const { revision, digest: written } = JSON.parse(head) as SyncRevision;
        return written === digest ? { revision, digest, objects } : undefined;
      } catch {
        return undefined;
      }
    },
    list,
    async remove(id) {
      await rm(directoryOf(id), { recursive: true, force: true });
    },
  };
}

function nameOf(digest: string): string {
  const name = digest.replace(/^sha256:/, '');
  if (!/^[0-9a-f]+$/.test(name)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(digest)} is no digest`);
  return name;
}

async function timeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', PRIVATE_FILE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function failure(error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const text = `a revision could not be kept: ${message}`;
  return new RuntimeError(isFull ? 'ResourceExhausted' : 'Internal', text, { cause: error });
}
