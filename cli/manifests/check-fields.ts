import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import { findByKindRef } from '../../schemas/kinds.ts';
import type { JsonObject } from '../../schemas/object.ts';
import { compileStructural, type Structural } from '../../schemas/structural/structural.ts';
import { validateValues } from '../../schemas/structural/validate.ts';
import { duplicateMessage } from '../../schemas/text/decoded.ts';
import { nearestName } from '../../schemas/values/suggestion.ts';
import { resourceOf, shownName, type KindInfo } from '../kinds/directory.ts';
import type { Document } from './manifest.ts';

/** The mistakes in an object's fields, each with its place. */
export type FieldCheck = (document: Document, object: JsonObject, kind: KindInfo, name: string) => readonly string[];

/**
 * Finds what a manifest alone shows: unknown and doubled fields, wrong types, values that no object may have. What is
 * missing is the server's to say, because it may be there already, and so are the kinds that we do not know.
 */
export function createFieldCheck(): FieldCheck {
  const schemas = new Map<string, Structural | undefined>();
  const schemaOf = (object: JsonObject, kind: KindInfo): Structural | undefined => {
    const key = resourceOf(kind);
    if (!schemas.has(key)) {
      const definition = findByKindRef({ apiVersion: object['apiVersion'] as string, kind: kind.kind });
      schemas.set(key, definition && compileStructural(definition.schema, { metadata: objectMeta }));
    }
    return schemas.get(key);
  };
  return (document, object, kind, name) => {
    const shown = shownName(kind, name);
    const doubled = document.duplicates.map(({ path, place }) => `${place}: ${shown}: ${duplicateMessage({ path })}`);
    const schema = schemaOf(object, kind);
    if (schema === undefined) return doubled;
    const { value, unknown } = schema.prune(object);
    const issues = validateValues(schema.root, value, undefined).filter(
      ({ reason }) => reason !== 'FieldValueRequired',
    );
    return [
      ...doubled,
      ...unknown.map((field) => `${document.place(field.path)}: ${shown}: ${unknownField(field)}`),
      ...issues.map(({ path, message }) => `${document.place(path)}: ${shown}: ${path}: ${message}`),
    ];
  };
}

function unknownField({
  path,
  name,
  known,
}: {
  readonly path: string;
  readonly name: string;
  readonly known: readonly string[];
}): string {
  const near = nearestName(name, known);
  return `unknown field ${JSON.stringify(path)}${near === undefined ? '' : `, did you mean ${JSON.stringify(near)}?`}`;
}
