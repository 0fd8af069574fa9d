/** One file with manifests, read again only when it may have changed. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { FileProblem, ManifestFile } from '../ports/manifest-files.ts';
import type { Decrypt } from './decrypt/decrypt.ts';
import { readInside, stampOf, type Stamp } from './inside.ts';
import { DecryptError, problemAt } from './problem.ts';
import type { Slices } from './slices.ts';
import { isGone, unreadable } from './walk.ts';

export type ReadManifest =
  { readonly type: 'file'; readonly file: ManifestFile } | { readonly type: 'problem'; readonly problem: FileProblem };

/** What was made of a file when it was read last. */
export interface KnownManifest {
  readonly stamp: string;
  /** The stamp tells of every change: the file did not change just when it was read. */
  readonly settled: boolean;
  /** As it lies on the disk. */
  readonly digest: string;
  readonly size: number;
  readonly read: ReadManifest;
}

export interface ReadManifestTools {
  readonly root: string;
  readonly decrypt: Decrypt;
  readonly now: () => number;
  readonly slices: Slices;
}

/** No manifest is larger. */
const LIMIT = 64 * 1024 * 1024;
/** Milliseconds within which an empty file is taken for one that is being written. */
const JUST_NOW = 2000;
/** Milliseconds within which a second change may leave the times as they are, and the same where times are of whole seconds. */
const TICK = 100;
const COARSE_TICK = 2100;

/** Undefined: it is not there any more, or no regular file. The very same answer comes back when nothing changed. */
export async function readManifest(
  path: string,
  known: KnownManifest | undefined,
  tools: ReadManifestTools,
): Promise<KnownManifest | undefined> {
  try {
    if (known?.settled === true && stampNow(tools.root, path) === known.stamp) return known;
    const now = tools.now();
    const read = await readInside(tools.root, path, LIMIT, tools.slices);
    if (read === undefined) return undefined;
    const { bytes, stamp } = read;
    const settled = isSettled(stamp, now);
    const digest = await digestOf(bytes, tools.slices);
    const common = { stamp: stamp.text, settled, digest, size: bytes.length };
    if (bytes.length === 0 && stamp.changed > now - JUST_NOW) {
      return { ...common, settled: false, read: problem(problemAt(path, 'it is empty just now', { heals: true })) };
    }
    if (known?.digest === digest && isFinal(known.read)) return { ...common, read: known.read };
    return { ...common, read: await contentOf(path, bytes, digest, tools) };
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!isOfFiles(error)) throw error;
    return { stamp: '', settled: false, digest: '', size: 0, read: problem(unreadable(path, error)) };
  }
}

/** Throws what the operating system says. */
export function stampNow(root: string, path: string): string {
  return stampOf(statSync(join(root, path), { bigint: true })).text;
}

export const isSettled = ({ changed }: Stamp, now: number): boolean =>
  changed < now - (changed % 1000 === 0 ? COARSE_TICK : TICK);

const isFinal = (read: ReadManifest): boolean => read.type === 'file' || !read.problem.heals;

/** What the operating system, or reading itself, has against a file. */
const isOfFiles = (error: unknown): boolean =>
  typeof (error as NodeJS.ErrnoException).code === 'string' && (error as Error).name === 'Error'
    ? true
    : ['OutsideError', 'UnsteadyError'].includes((error as Error).name);

async function contentOf(
  path: string,
  raw: Uint8Array,
  rawDigest: string,
  { root, decrypt, slices }: ReadManifestTools,
): Promise<ReadManifest> {
  try {
    const bytes = await decrypt(path, raw);
    const digest = bytes === raw ? rawDigest : await digestOf(bytes, slices);
    return { type: 'file', file: { path, directory: dirname(join(root, path)), bytes, digest } };
  } catch (error) {
    if (!(error instanceof DecryptError)) throw error;
    return problem(problemAt(path, error.message, error.spot === undefined ? {} : { spot: error.spot }));
  }
}

const CHUNK = 1024 * 1024;

/** `sha256:…`, without holding the event loop for long. */
export async function digestOf(bytes: Uint8Array, slices: Slices): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += CHUNK) {
    hash.update(bytes.subarray(at, at + CHUNK));
    if (slices.isOver) await slices.turn();
  }
  return `sha256:${hash.digest('hex')}`;
}

const problem = (of: FileProblem): ReadManifest => ({ type: 'problem', problem: of });
