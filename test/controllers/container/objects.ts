import type { Reader } from '../../../controllers/engine/contract.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';

export const UID = '00000000-0000-4000-8000-000000000001';

/** A Container as a cache holds it. */
export function stored(spec: Partial<ContainerSpec> = {}, metadata: Partial<KubeObject['metadata']> = {}): Container {
  return {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: UID,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { image: 'app:1', ...spec },
  };
}

/** A reader of these objects and no others. */
export function readerOf(...objects: readonly object[]): Reader {
  const all = objects as readonly KubeObject[];
  return {
    get: <T extends KubeObject>({ kind }: { kind: string }, namespace: string | undefined, name: string) =>
      all.find(
        ({ kind: its, metadata }) => its === kind && metadata.namespace === namespace && metadata.name === name,
      ) as T,
    list: <T extends KubeObject>({ kind }: { kind: string }) => all.filter((each) => each.kind === kind) as T[],
  };
}
