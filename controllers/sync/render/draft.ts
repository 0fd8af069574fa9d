/** One object of a file with its variables filled in, before anybody has asked what kind it is. */
import type { ManifestFile } from '../../../runtime/ports/manifest-files.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { isObject, own } from '../../../schemas/structural/own.ts';
import { duplicateMessage } from '../../../schemas/text/decoded.ts';
import type { PlacedDocument } from '../../../schemas/text/manifest-thread.ts';
import { offsetIn } from '../../../schemas/text/places.ts';
import { formatPosition } from '../../../schemas/text/text-error.ts';
import { itemsOfList } from '../../../schemas/values/list-items.ts';
import type { LinesOfFiles } from './lines.ts';
import { substitute } from './substitute.ts';
import type { Substitution } from './types.ts';

/** `disabled` on an object: its texts stay as they are written. */
const SUBSTITUTE = 'tsmoby.dev/substitute';

/** As many as a decoder tells: there may be more, in other objects. */
const MOST_DUPLICATES = 100;
/** Told of one object. */
const MOST_MISSING = 10;

export type Draft =
  | {
      readonly type: 'object';
      readonly file: ManifestFile;
      readonly value: JsonObject;
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly place: Place;
    }
  | { readonly type: 'problem'; readonly message: string };

/** `file:line:column` of a field, or of the nearest thing above it. */
export type Place = (path?: string) => string;

/** Every object of a document, and what is wrong with those that are none. */
export function draftsOf(
  file: ManifestFile,
  document: PlacedDocument,
  lines: LinesOfFiles,
  substitution: Substitution | undefined,
): readonly Draft[] {
  const items = itemsOfList(document.value);
  const place: Place = (path = '') =>
    formatPosition(lines.of(file).at(offsetIn(document.places, document.value, path)), file.path);
  const doubled = document.duplicates.map(({ path, position }): Draft =>
    problem(formatPosition(position, file.path), duplicateMessage({ path })),
  );
  const values = items ?? [document.value];
  const numbers = items === undefined ? [0] : numbersOfItems(document.value as JsonObject, items);
  const drafts = values.flatMap((value, index): readonly Draft[] => {
    const base = items === undefined ? '' : `items[${index}]`;
    if (document.duplicates.length >= MOST_DUPLICATES) return [];
    if (document.duplicates.some(({ path }) => base === '' || path.startsWith(`${base}.`))) return [];
    const within: Place = (path = '') => place([base, path].filter((part) => part !== '').join('.'));
    return draftOf(file, value, within, document, numbers[index] ?? 0, substitution);
  });
  return [...doubled, ...drafts];
}

function draftOf(
  file: ManifestFile,
  value: JsonValue,
  place: Place,
  { places }: PlacedDocument,
  number: number,
  substitution: Substitution | undefined,
): readonly Draft[] {
  if (!isObject(value)) return [problem(place(), 'an object with apiVersion, kind and metadata must stand here')];
  const isWanted = substitution !== undefined && annotationOf(value, SUBSTITUTE) !== 'disabled';
  const plain = new Set(isWanted ? places.plain : []);
  const { value: filled, missing } = isWanted
    ? substitute(value, substitution, (part) => plain.has(number + part))
    : { value, missing: [] };
  if (missing.length > 0) {
    return missing
      .slice(0, MOST_MISSING)
      .map(({ path, name }) =>
        problem(
          place(path),
          `the variable ${name} has no value: set it, or write a default as in \${${name}:=default}`,
        ),
      );
  }
  return [identified(file, filled as JsonObject, place)];
}

function identified(file: ManifestFile, value: JsonObject, place: Place): Draft {
  const apiVersion = own(value, 'apiVersion');
  const kind = own(value, 'kind');
  const metadata = own(value, 'metadata');
  if (typeof apiVersion !== 'string' || apiVersion === '') return problem(place('apiVersion'), 'apiVersion is missing');
  if (typeof kind !== 'string' || kind === '') {
    return problem(place('kind'), `kind is missing: which kind of ${apiVersion} is it?`);
  }
  const name = isObject(metadata) ? own(metadata, 'name') : undefined;
  if (typeof name === 'string' && name !== '') return { type: 'object', file, value, apiVersion, kind, name, place };
  if (name !== undefined && name !== null && name !== '') {
    return problem(place('metadata.name'), 'metadata.name must be text (put it in quotes)');
  }
  const generated = isObject(metadata) && typeof own(metadata, 'generateName') === 'string';
  return generated
    ? problem(place('metadata.generateName'), 'a Sync finds its objects by name: write metadata.name, not generateName')
    : problem(place('metadata'), 'metadata.name is missing: every object needs a name');
}

/** What an annotation of the file says, when it is text. */
export function annotationOf({ metadata }: JsonObject, name: string): string | undefined {
  const annotations = isObject(metadata) ? own(metadata, 'annotations') : undefined;
  const value = isObject(annotations) ? own(annotations, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The number of each item of a List in a walk through all of it. */
function numbersOfItems(list: JsonObject, items: readonly JsonValue[]): readonly number[] {
  let number = 1;
  for (const key of Object.keys(list)) {
    if (key === 'items') break;
    number += sizeOf(list[key] ?? null);
  }
  let next = number + 1;
  return items.map((item) => {
    const own = next;
    next += sizeOf(item);
    return own;
  });
}

/** How many parts a value has, itself included. */
function sizeOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part ?? null), 1);
}

const problem = (place: string, message: string): Draft => ({ type: 'problem', message: `${place}: ${message}` });
