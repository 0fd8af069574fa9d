/** The ManifestFiles port on files of this machine. */
import { hash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { Host } from '../ports/host.ts';
import type { FileProblem, ManifestFile, ManifestFiles, ReadFiles, ReadFilesOptions } from '../ports/manifest-files.ts';
import { createDecrypt } from './decrypt/decrypt.ts';
import { buildKustomization } from './kustomize/build.ts';
import { readInputs, type Inputs } from './kustomize/inputs.ts';
import {
  digestOf,
  readManifest,
  type KnownManifest,
  type ReadManifest,
  type ReadManifestTools,
} from './read-manifest.ts';
import { Slices } from './slices.ts';
import { isBelow, tooMany, walk } from './walk.ts';

export interface ManifestFilesOptions {
  /** Runs kubectl. */
  readonly host: Pick<Host, 'run'>;
  /** A directory of ours that dies with the boot, and that nobody else can read. */
  readonly scratch: string;
  readonly clock: { now(): number };
}

/** What is known of one part of one directory, read with the same keys. */
interface View {
  readonly directory: string;
  /** By path. */
  known: Map<string, KnownManifest>;
  inputs: Map<string, KnownManifest>;
  /** By path of the kustomization. */
  built: Map<string, Built>;
}

interface Built {
  /** Of all files that it may have read. */
  readonly inputs: string;
  readonly read: ReadManifest | undefined;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** Views of one directory: with other keys, other parts. */
const MAX_VIEWS = 16;

export function createManifestFiles(options: ManifestFilesOptions): ManifestFiles {
  return new DiskManifestFiles(options);
}

class DiskManifestFiles implements ManifestFiles {
  readonly #options: ManifestFilesOptions;
  /** The one that was used last stands last. */
  readonly #views = new Map<string, View>();

  constructor(options: ManifestFilesOptions) {
    this.#options = options;
  }

  async read(directory: string, options: ReadFilesOptions, signal?: AbortSignal): Promise<ReadFiles> {
    const slices = new Slices(`reading ${directory}`, signal);
    const { subdirectory = '', ageIdentities = [] } = options;
    const start = posix.normalize(subdirectory).replace(/\/$/, '').replace(/^\.$/, '');
    const root = rootOf(directory, start);
    const view = this.#view(directory, JSON.stringify([root, start, hash('sha256', ageIdentities.join('\n'))]));
    const tools: ReadManifestTools = {
      root,
      decrypt: createDecrypt(ageIdentities),
      now: () => this.#options.clock.now(),
      slices,
    };
    try {
      const found = await walk(root, start, slices);
      const reads = [
        ...(await this.#manifests(found.manifests, view, tools)),
        ...(await this.#kustomizations(found.kustomizations, view, tools)),
      ];
      return readFiles(reads, found.problems);
    } catch (error) {
      throw isRuntimeError(error) ? error : notThere(join(directory, start), error);
    }
  }

  forget(directory: string): void {
    for (const [key, view] of this.#views) if (view.directory === directory) this.#views.delete(key);
  }

  #view(directory: string, key: string): View {
    const view = this.#views.get(key) ?? { directory, known: new Map(), inputs: new Map(), built: new Map() };
    this.#views.delete(key);
    this.#views.set(key, view);
    const same = [...this.#views].filter(([, one]) => one.directory === directory);
    for (const [old] of same.slice(0, -MAX_VIEWS)) this.#views.delete(old);
    return view;
  }

  async #manifests(paths: readonly string[], view: View, tools: ReadManifestTools): Promise<readonly ReadManifest[]> {
    const known = new Map<string, KnownManifest>();
    let bytes = 0;
    for (const path of paths) {
      const read = await readManifest(path, view.known.get(path), tools);
      if (read !== undefined) known.set(path, read);
      bytes += read?.size ?? 0;
      if (bytes > MAX_BYTES) throw tooMany(tools.root, `${MAX_BYTES / 1024 / 1024} MiB of manifests`);
      if (tools.slices.isOver) await tools.slices.turn();
    }
    view.known = known;
    return [...known.values()].map(({ read }) => read);
  }

  async #kustomizations(
    paths: readonly string[],
    view: View,
    tools: ReadManifestTools,
  ): Promise<readonly ReadManifest[]> {
    const built = new Map<string, Built>();
    const used = new Map<string, KnownManifest>();
    for (const path of paths) {
      const inputs = await readInputs(path, view.inputs, tools);
      for (const [name, known] of inputs.files) used.set(name, known);
      const key = digestOfInputs(inputs);
      const before = view.built.get(path);
      built.set(path, before?.inputs === key ? before : await this.#build(path, inputs, key, before, tools));
    }
    view.inputs = used;
    view.built = built;
    return [...built.values()].flatMap(({ read }) => read ?? []);
  }

  async #build(
    path: string,
    inputs: Inputs,
    key: string,
    before: Built | undefined,
    { root, slices }: ReadManifestTools,
  ): Promise<Built> {
    if (inputs.problem !== undefined) return { inputs: key, read: problemRead({ ...inputs.problem, path }) };
    if (inputs.isComponent) return { inputs: key, read: undefined };
    const { host, scratch } = this.#options;
    const result = await buildKustomization(path, inputs.files, { host, scratch, signal: slices.signal });
    // what time may mend is tried again
    if ('heals' in result) return { inputs: result.heals ? '' : key, read: problemRead(result) };
    const digest = await digestOf(result, slices);
    if (before?.read?.type === 'file' && before.read.file.digest === digest) return { inputs: key, read: before.read };
    const file: ManifestFile = { path, directory: dirname(join(root, path)), bytes: result, digest };
    return { inputs: key, read: { type: 'file', file } };
  }
}

const problemRead = (problem: FileProblem): ReadManifest => ({ type: 'problem', problem });

function digestOfInputs({ files, problem }: Inputs): string {
  // listed in one order, directory after directory
  const content = [...files].map(([path, { digest, read }]) => [path, digest, read.type === 'problem' && read.problem]);
  return hash('sha256', JSON.stringify([content, problem ?? null]));
}

/** Free of links. Throws NotFound (SourceNotFound). */
function rootOf(directory: string, start: string): string {
  const path = join(directory, start);
  if (start === '..' || start.startsWith('../') || start.startsWith('/')) {
    throw new RuntimeError('NotFound', `${start} leads out of ${directory}`, { reason: 'SourceNotFound' });
  }
  try {
    const root = realpathSync(directory);
    const real = realpathSync(path);
    if (real !== root && !isBelow(real, root)) throw new Error('it is a link that leads out');
    if (!statSync(real).isDirectory()) throw new Error('it is no directory');
    return root;
  } catch (error) {
    throw notThere(path, error);
  }
}

function notThere(path: string, cause: unknown): RuntimeError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  const what = isMissing ? `there is no directory ${path}` : `the directory ${path} cannot be read: ${message}`;
  return new RuntimeError('NotFound', what, { cause, reason: 'SourceNotFound' });
}

function readFiles(reads: readonly ReadManifest[], others: readonly FileProblem[]): ReadFiles {
  const files = reads.flatMap((read) => (read.type === 'file' ? [read.file] : [])).toSorted(byPath);
  const problems = [...others, ...reads.flatMap((read) => (read.type === 'problem' ? [read.problem] : []))].toSorted(
    byPath,
  );
  // one text, as thousands of small ones take longer than everything else here
  const text = [
    ...files.map(({ path, digest }) => JSON.stringify([path, digest])),
    ...problems.map(({ path, message }) => JSON.stringify([path, message, 'problem'])),
  ].join('');
  return { files, problems, digest: `sha256:${hash('sha256', text)}` };
}

const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : Number(a.path > b.path);
