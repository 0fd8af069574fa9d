import type { KubeObject } from '../../schemas/object.ts';

/** An object as a cache would hold it, of a kind that needs no server. */
export function thing(
  name: string,
  resourceVersion: number,
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject {
  return {
    apiVersion: 'test/v1',
    kind: 'Thing',
    metadata: {
      name,
      namespace: 'ns',
      uid: `uid-${name}`,
      resourceVersion: String(resourceVersion),
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
  };
}
