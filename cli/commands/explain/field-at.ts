import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { nearestName } from '../../../schemas/values/suggestion.ts';
import { CommandError } from '../../errors.ts';

const TYPE_META: Readonly<Record<string, StructuralSchema>> = {
  apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
  kind: { type: 'string', description: 'Name of the kind of this object. Cannot be changed.' },
};

/** The kind's schema with what all objects have. */
function wholeSchema({ schema }: KindDefinition): StructuralSchema {
  return { ...schema, properties: { ...TYPE_META, ...schema.properties, metadata: objectMeta } };
}

/** The schema of a field; items and map values are stepped into. Throws CommandError with the nearest name. */
export function fieldAt(kind: KindDefinition, path: readonly string[]): StructuralSchema {
  let at = wholeSchema(kind);
  for (const [depth, name] of path.entries()) {
    const fields = fieldsOf(at);
    const next = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (next === undefined) {
      const near = nearestName(name, Object.keys(fields));
      const where = [kind.singular, ...path.slice(0, depth)].join('.');
      throw new CommandError(
        `field "${name}" does not exist in ${where}${near === undefined ? '' : `; did you mean "${near}"?`}`,
      );
    }
    at = next;
  }
  return at;
}

/** Fields of a map, of the maps in a list, or of the values of a map with free keys. */
export function fieldsOf(schema: StructuralSchema): Readonly<Record<string, StructuralSchema>> {
  if (schema.items !== undefined) return fieldsOf(schema.items);
  if (typeof schema.additionalProperties === 'object') return fieldsOf(schema.additionalProperties);
  return schema.properties ?? {};
}
