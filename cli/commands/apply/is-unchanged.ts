import type { JsonValue, KindRef, KubeObject, ObjectMeta } from '../../../schemas/object.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import { isNamespace } from '../../../schemas/values/apply-set/order.ts';

/**
 * Whether an apply by `manager` found everything as it wants it. The version alone does not tell: controllers write status
 * and finalizers between the question and the answer, and the server notes who owned what before the first apply. Kinds without a generation have
 * nothing else to go by, but namespaces: of those an apply changes metadata alone.
 */
export function isUnchanged(kind: KindRef, before: ObjectMeta, after: ObjectMeta, manager: string): boolean {
  if (before.resourceVersion === after.resourceVersion) return true;
  return (
    (before.generation !== undefined || isNamespace(kind)) && equal(wishesOf(before, manager), wishesOf(after, manager))
  );
}

/** Whether an apply would leave an object as it is. A dry run stores nothing, so no version tells; both objects are whole. */
export const wouldBeSame = (before: Pick<KubeObject, 'metadata'>, after: KubeObject): boolean =>
  equal(wholeWish(before), wholeWish(after));

interface Whole extends KubeObject {
  readonly status?: unknown;
}

/** Without what only the server and controllers write, and what items of lists do not say. */
function wholeWish(object: Pick<KubeObject, 'metadata'>): JsonValue {
  const { apiVersion: _api, kind: _kind, status: _status, metadata, ...rest } = object as Whole;
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...wishes } = metadata;
  return { ...rest, metadata: wishes } as unknown as JsonValue;
}

const wishesOf = (
  { uid, generation, labels = {}, annotations = {}, ownerReferences = [], managedFields = [] }: ObjectMeta,
  wanted: string,
): JsonValue =>
  ({
    uid,
    generation,
    labels,
    annotations,
    ownerReferences,
    owned: managedFields
      .filter(({ manager, operation, subresource }) => manager === wanted && operation === 'Apply' && !subresource)
      .map(({ apiVersion, fieldsV1 }) => ({ apiVersion, fieldsV1 })),
  }) as unknown as JsonValue;
