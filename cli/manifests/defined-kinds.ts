import type { JsonValue } from '../../schemas/object.ts';
import { isObject, own } from '../../schemas/structural/own.ts';
import type { Document } from './manifest.ts';

/** The document among these that is the CustomResourceDefinition of a kind, in whatever version. */
export function definitionOf(
  documents: readonly Document[],
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): Document | undefined {
  const at = (value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined =>
    path.reduce<JsonValue | undefined>((found, key) => (isObject(found) ? own(found, key) : undefined), value);
  return documents.find(
    ({ value }) =>
      at(value, 'kind') === 'CustomResourceDefinition' &&
      at(value, 'spec', 'names', 'kind') === kind &&
      at(value, 'spec', 'group') === apiVersion.split('/')[0],
  );
}
