/** All files that a kustomization may read: those below its directory and below each directory that it refers to, inside the root. */
import { statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { FileProblem } from '../../ports/manifest-files.ts';
import { readDirectory } from '../inside.ts';
import { readManifest, type KnownManifest, type ReadManifestTools } from '../read-manifest.ts';
import { KUSTOMIZATIONS, tooMany } from '../walk.ts';
import { referencesOf } from './references.ts';

export interface Inputs {
  readonly isComponent: boolean;
  readonly files: ReadonlyMap<string, KnownManifest>;
  /** With it nothing can be built. */
  readonly problem?: FileProblem;
}

const MAX_FILES = 20_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** `known`: what was read before; it gets what is read now. Rejects with ResourceExhausted, Cancelled. */
export async function readInputs(
  kustomization: string,
  known: Map<string, KnownManifest>,
  tools: ReadManifestTools,
): Promise<Inputs> {
  const files = new Map<string, KnownManifest>();
  const waiting = [posix.dirname(kustomization)];
  const seen = new Set<string>();
  let bytes = 0;
  let isComponent = false;
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (seen.has(directory)) continue;
    seen.add(directory);
    for (const path of await filesBelow(directory, tools)) {
      if (files.has(path)) continue;
      const read = await readManifest(path, known.get(path), tools);
      if (read === undefined) continue;
      known.set(path, read);
      files.set(path, read);
      bytes += read.size;
      if (files.size > MAX_FILES) throw tooMany(tools.root, `${MAX_FILES} files below ${directory}`);
      if (bytes > MAX_BYTES) throw tooMany(tools.root, `${MAX_BYTES / 1024 / 1024} MiB below ${directory}`);
      if (tools.slices.isOver) await tools.slices.turn();
    }
    const own = KUSTOMIZATIONS.map((name) => posix.join(directory, name)).find((path) => files.has(path));
    const read = own === undefined ? undefined : files.get(own)?.read;
    if (own === undefined || read?.type !== 'file') continue;
    const references = referencesOf(own, Buffer.from(read.file.bytes).toString('utf8'));
    if (references.problem !== undefined) return { isComponent, files, problem: references.problem };
    if (own === kustomization) isComponent = references.isComponent;
    waiting.push(...references.paths.filter((path) => isDirectory(tools.root, path)));
  }
  const broken = [...files.values()].find(({ read }) => read.type === 'problem')?.read;
  return broken?.type === 'problem' ? { isComponent, files, problem: broken.problem } : { isComponent, files };
}

/** Regular files, and links to such. Links to directories are not followed. */
async function filesBelow(directory: string, { root, slices }: ReadManifestTools): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [directory === '.' ? '' : directory];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const entry of readable(root, path)) {
      const below = posix.join(path, entry.name);
      if (entry.isDirectory() && entry.name !== '.git') waiting.push(below);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(below);
      if (found.length > MAX_FILES) throw tooMany(root, `${MAX_FILES} files below ${directory}`);
    }
    if (slices.isOver) await slices.turn();
  }
  return found.toSorted();
}

function readable(root: string, path: string): ReturnType<typeof readDirectory> {
  try {
    return readDirectory(root, path);
  } catch {
    return [];
  }
}

function isDirectory(root: string, path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
}
