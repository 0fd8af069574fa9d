import type { KindDefinition } from './kind-definition.ts';
import type { KubeObject } from './object.ts';
import { parseColumnPath, printValue, valuesAt } from './values/jsonpath.ts';

/** Fields that every kind can be selected by. */
export const COMMON_FIELDS: readonly string[] = ['metadata.name', 'metadata.namespace'];

/** Reads one selectable field of an object; '' where there is nothing. */
export type FieldReader = (object: KubeObject) => string;

/**
 * Readers of every field that the kind can be selected by, made once per kind. A field selector that names another
 * field is refused.
 */
export function fieldReaders(
  definition: Pick<KindDefinition, 'selectableFields' | 'computedFields'>,
): ReadonlyMap<string, FieldReader> {
  const readers = new Map<string, FieldReader>([
    ['metadata.name', (object) => object.metadata.name],
    ['metadata.namespace', (object) => object.metadata.namespace ?? ''],
  ]);
  for (const field of definition.selectableFields) {
    const name = field.replace(/^\./, '');
    const computed = definition.computedFields;
    readers.set(name, (computed && Object.hasOwn(computed, name) ? computed[name] : undefined) ?? readerOf(name));
  }
  return readers;
}

function readerOf(field: string): FieldReader {
  const path = parseColumnPath(`.${field}`);
  return (object) => {
    const [value] = valuesAt(path, object);
    return printValue(value);
  };
}
