/** Field managers of an object's number of replicas, as its Scale shows them, and back (apimachinery's ScaleHandler). */
import { difference, hasPath, isEmpty, leafSet, setOf, type FieldSet } from '../../apply/field-set.ts';
import type { FieldSetCache } from '../../apply/fields-v1.ts';
import { readManagers, withFields, withManagers, type Manager } from '../../apply/managers.ts';
import { fieldStep } from '../../apply/path-step.ts';
import type { JsonObject } from '../../../schemas/object.ts';

const SCALE_VERSION = 'autoscaling/v1';
const REPLICAS = pathSet(['spec', 'replicas']);
const REPLICAS_PATH = ['spec', 'replicas'].map(fieldStep);

/** Just the path of these fields. */
function pathSet(names: readonly string[]): FieldSet {
  return names.reduceRight<FieldSet>((below, name) => setOf(false, new Map([[fieldStep(name), below]])), leafSet);
}

/** Who owns the number of replicas at `path` of the object, as owners of `spec.replicas` of its Scale. */
export function toScaleManagers(
  scale: JsonObject,
  object: JsonObject,
  path: readonly string[],
  cache: FieldSetCache,
): JsonObject {
  const steps = path.map(fieldStep);
  const managers = new Map<string, Manager>();
  for (const [id, manager] of readManagers(object, cache)) {
    if (!hasPath(manager.fields, steps)) continue;
    const { entry: _, ...rest } = manager;
    managers.set(id, { ...rest, apiVersion: SCALE_VERSION, fields: REPLICAS });
  }
  return withManagers(scale, managers, cache);
}

/** The object with the owners that its Scale came back with: who lost the number there loses it here. */
export function fromScaleManagers(
  object: JsonObject,
  scale: JsonObject,
  {
    path,
    apiVersion,
    cache,
  }: { readonly path: readonly string[]; readonly apiVersion: string; readonly cache: FieldSetCache },
): JsonObject {
  const steps = path.map(fieldStep);
  const replicas = pathSet(path);
  const owners = readManagers(scale, cache);
  const managers = new Map<string, Manager>();
  for (const [id, manager] of readManagers(object, cache)) {
    const keeps = !hasPath(manager.fields, steps) || owners.delete(sameOwner(owners, manager));
    const kept = keeps ? manager : withFields(manager, difference(manager.fields, replicas));
    if (!isEmpty(kept.fields)) managers.set(id, kept);
  }
  for (const [id, manager] of owners) {
    if (!hasPath(manager.fields, REPLICAS_PATH)) continue;
    const { entry: _, ...rest } = manager;
    managers.set(id, { ...rest, apiVersion, fields: replicas });
  }
  return withManagers(object, managers, cache);
}

/** The key under which the Scale has this owner; '' for none. */
function sameOwner(owners: ReadonlyMap<string, Manager>, { manager, operation, subresource }: Manager): string {
  for (const [id, owner] of owners) {
    if (owner.manager === manager && owner.operation === operation && owner.subresource === subresource) return id;
  }
  return '';
}
