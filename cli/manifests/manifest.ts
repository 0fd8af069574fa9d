import type { JsonValue, ObjectInput } from '../../schemas/object.ts';
import type { Decoded } from '../../schemas/text/decoded.ts';
import { decodeManifest } from '../../schemas/text/manifest.ts';
import { formatPosition, TextError } from '../../schemas/text/text-error.ts';
import { itemsOfList } from '../../schemas/values/list-items.ts';
import type { KindInfo } from '../kinds/directory.ts';
import type { SourceText } from './sources.ts';

/** One object of a file, before anybody has looked into it. */
export interface Document {
  readonly value: JsonValue;
  /** What relative paths start from. */
  readonly directory: string | undefined;
  /** Fields that stand twice, as messages name them. */
  readonly duplicates: readonly { readonly path: string; readonly place: string }[];
  /** `file:line:column` of a field, or of the nearest thing above it; without a path, of the object. */
  place(path?: string): string;
}

/** An object that is ready to be sent. */
export interface Manifest {
  readonly object: ObjectInput;
  readonly kind: KindInfo;
  readonly name: string;
  /** Absent for kinds without. */
  readonly namespace?: string;
  readonly document: Document;
}

/** What is wrong with manifests: one line for each mistake, beginning with its place. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Every object of every text; lists are taken apart. Throws ManifestError with one problem for each broken text. */
export function readDocuments(sources: readonly SourceText[]): readonly Document[] {
  const problems: string[] = [];
  const documents = sources.flatMap(({ name, bytes, directory }) => {
    try {
      return decodeManifest(bytes, { file: name }).flatMap((decoded) => documentsOf(decoded, name, directory));
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new ManifestError(problems);
  return documents;
}

function documentsOf(decoded: Decoded, file: string, directory: string | undefined): readonly Document[] {
  const { value } = decoded;
  const items = itemsOfList(value);
  if (items === undefined) return [documentAt(value, '', decoded, file, directory)];
  return items.map((item, index) => documentAt(item, `items[${String(index)}]`, decoded, file, directory));
}

function documentAt(
  value: JsonValue,
  base: string,
  decoded: Decoded,
  file: string,
  directory: string | undefined,
): Document {
  const within = (path: string): string | undefined => {
    if (base === '') return path;
    return path.startsWith(`${base}.`) ? path.slice(base.length + 1) : undefined;
  };
  return {
    value,
    directory,
    duplicates: decoded.duplicates.flatMap(({ path, position }) => {
      const own = within(path);
      return own === undefined ? [] : [{ path: own, place: formatPosition(position, file) }];
    }),
    place: (path = '') =>
      formatPosition(decoded.positionOf([base, path].filter((part) => part !== '').join('.')), file),
  };
}
