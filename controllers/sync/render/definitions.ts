import type { JsonObject, JsonValue, KindRef } from '../../../schemas/object.ts';
import { isList, isObject, own } from '../../../schemas/structural/own.ts';
import type { Scope } from './types.ts';

/** A kind that a file defines. */
export interface DefinedKind extends KindRef {
  readonly scope: Scope;
}

/** The kinds that a CustomResourceDefinition will serve once it is there; none for any other object. */
export function kindsDefinedBy(object: JsonObject): readonly DefinedKind[] {
  if (own(object, 'kind') !== 'CustomResourceDefinition') return [];
  const spec = field(object, 'spec');
  const group = field(spec, 'group');
  const scope = field(spec, 'scope');
  const kind = field(field(spec, 'names'), 'kind');
  const versions = field(spec, 'versions');
  if (typeof group !== 'string' || typeof kind !== 'string' || !isList(versions)) return [];
  if (scope !== 'Cluster' && scope !== 'Namespaced') return [];
  return versions.flatMap((version) => {
    const name = field(version, 'name');
    return typeof name === 'string' && field(version, 'served') === true
      ? [{ apiVersion: `${group}/${name}`, kind, scope }]
      : [];
  });
}

const field = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  isObject(value) ? own(value, name) : undefined;
