import type { KubeObject } from '../../schemas/object.ts';
import type { KindStore } from './kind-store.ts';
import type { WriteOptions } from './resource.ts';

/** Which manager set which fields; kept by every write. */
export function trackFields(
  _kind: KindStore,
  next: KubeObject,
  _current: KubeObject | undefined,
  _options: WriteOptions,
  _subresource: string,
): KubeObject {
  return next;
}
