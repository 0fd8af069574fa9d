import { recordUpdate } from '../apply/record-update.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import type { JsonObject, KubeObject } from '../../schemas/object.ts';
import { formatTime } from '../../schemas/values/time.ts';
import type { KindStore } from './kind-store.ts';
import type { WriteOptions } from './resource.ts';

/**
 * Keeps `metadata.managedFields` of a write: who set what. An apply has done so itself. `subresource` is empty for the
 * object itself.
 */
export function trackFields(
  kind: KindStore,
  next: KubeObject,
  current: KubeObject | undefined,
  { fieldManager, operation }: WriteOptions,
  subresource: string,
): KubeObject {
  if (operation === 'Apply') return next;
  const { definition, schema, origins, fieldSets } = kind;
  return recordUpdate({
    schema,
    live: current as unknown as JsonObject | undefined,
    updated: next as unknown as JsonObject,
    manager: fieldManager,
    apiVersion: apiVersionOf(definition),
    now: formatTime(origins.now()),
    cache: fieldSets,
    subresource: subresource === '' ? undefined : subresource,
    statusSubresource: definition.subresources.includes('status'),
  }) as unknown as KubeObject;
}
