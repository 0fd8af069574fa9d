/** Bytes to documents: once for each ManifestFile, and never for long on the event loop. */
import type { ManifestFile } from '../../../runtime/ports/manifest-files.ts';
import {
  decodePlaced,
  ManifestThread,
  type ManifestText,
  type PlacedDocument,
} from '../../../schemas/text/manifest-thread.ts';
import { TextError } from '../../../schemas/text/text-error.ts';
import { inSlices } from '../../engine/slices.ts';

export type DecodedFile =
  | { readonly type: 'documents'; readonly documents: readonly PlacedDocument[] }
  /** One line that begins with its place. */
  | { readonly type: 'problem'; readonly message: string };

/** Most bytes of YAML that are read on the event loop: some milliseconds. */
const SMALL_YAML = 4 * 1024;
/** The same of JSON, which is read by the engine. */
const SMALL_JSON = 256 * 1024;
/** Altogether; with more to read a thread is worth its start. */
const FEW_BYTES = 32 * 1024;
/** Values in one file. */
const MAX_NODES = 1_000_000;

export class DecodeFiles {
  readonly #known = new WeakMap<ManifestFile, DecodedFile>();

  /** Afterwards `get` knows all of these. */
  async decode(files: readonly ManifestFile[], signal: AbortSignal): Promise<void> {
    const unknown = files.filter((file) => !this.#known.has(file));
    if (unknown.length === 0) return;
    const few = unknown.reduce((sum, file) => sum + (isJson(file) ? 0 : file.bytes.length), 0) <= FEW_BYTES;
    const quick = unknown.filter((file) => isQuick(file, few));
    const slow = unknown.filter((file) => !isQuick(file, few));
    await inSlices(quick, (file) => void this.#known.set(file, decodeHere(file)), signal);
    signal.throwIfAborted();
    if (slow.length > 0) await this.#decodeApart(slow, signal);
  }

  async #decodeApart(files: readonly ManifestFile[], signal: AbortSignal): Promise<void> {
    await using thread = new ManifestThread();
    let next = 0;
    for await (const outcome of thread.decode(files.map(textOf))) {
      const file = files[next++];
      if (file !== undefined) this.#known.set(file, decodedOf(file, outcome));
      signal.throwIfAborted();
    }
  }

  get(file: ManifestFile): DecodedFile {
    return this.#known.get(file) ?? { type: 'documents', documents: [] };
  }
}

const isJson = ({ bytes }: ManifestFile): boolean => bytes[0] === 0x7b && bytes.length <= SMALL_JSON;

/** Anchors and aliases make much of little: not here. */
const isQuick = (file: ManifestFile, few: boolean): boolean =>
  isJson(file) || (few && file.bytes.length <= SMALL_YAML && !file.bytes.includes(0x26));

const textOf = ({ bytes, path }: ManifestFile): ManifestText => ({ bytes, file: path, maxNodes: MAX_NODES });

function decodeHere(file: ManifestFile): DecodedFile {
  try {
    return decodedOf(file, decodePlaced(textOf(file)));
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return decodedOf(file, error);
  }
}

function decodedOf({ path }: ManifestFile, outcome: readonly PlacedDocument[] | TextError): DecodedFile {
  if (!(outcome instanceof TextError)) return { type: 'documents', documents: outcome };
  const { position, problem, message } = outcome;
  return { type: 'problem', message: position === undefined ? `${path}:1:1: ${problem}` : message };
}
