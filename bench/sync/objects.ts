/** Syncs of directories, and what can be seen of them over the API. */
import type { Client } from '../../client/client.ts';
import type { ConfigMap, Sync } from '../../schemas/gen/types.ts';
import type { KindRef, KubeObject, ObjectInput } from '../../schemas/object.ts';
import { RECONCILE_REQUEST_ANNOTATION } from '../../schemas/values/sync-annotations.ts';

export const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const satisfies KindRef;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const satisfies KindRef;
export const NAMESPACE = 'default';
const FIELD_MANAGER = 'bench';
const LIMIT_MS = 300_000;

/** A Sync of a directory that is looked at only when something changes. */
export async function applySync(client: Client, name: string, path: string): Promise<void> {
  const sync: ObjectInput<Sync> = {
    ...SYNC,
    metadata: { name, namespace: NAMESPACE },
    spec: { source: { directory: { path } }, interval: '0s' },
  };
  await client.apply(sync, { fieldManager: FIELD_MANAGER });
}

/** Resolves when it is Ready with so many objects. */
export async function untilSynced(client: Client, name: string, objects: number): Promise<void> {
  await untilSeen<Sync>(client, SYNC, name, ({ metadata, status }) => {
    if (status?.observedGeneration !== metadata.generation || status?.objects !== objects) return false;
    return status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  });
}

/** Asks for another pass over everything; resolves when it has been made. */
export async function requestPass(client: Client, name: string, request: string): Promise<void> {
  const seen = untilSeen<Sync>(client, SYNC, name, ({ status }) => status?.observedRequest === request);
  const annotations = { [RECONCILE_REQUEST_ANNOTATION]: request };
  await client.patch({ ...SYNC, namespace: NAMESPACE, name }, { metadata: { annotations } }, { type: 'merge' });
  await seen;
}

/** Deletes the Sync; resolves when its objects went with it. */
export async function deleteSync(client: Client, name: string): Promise<void> {
  const gone = untilGone(client, name);
  await client.delete({ ...SYNC, namespace: NAMESPACE, name });
  await gone;
}

/** Resolves with the time (as of performance.now) at which a watch showed an object to be so; that of now when it is so already. */
export async function untilSeen<T extends KubeObject>(
  client: Client,
  kind: KindRef,
  name: string,
  isSo: (object: T) => boolean,
): Promise<number> {
  const selection = { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` };
  const { items, metadata } = await client.list<T>(kind, selection);
  if (items.some(isSo)) return performance.now();
  const { resourceVersion } = metadata;
  const signal = AbortSignal.timeout(LIMIT_MS);
  for await (const event of client.watch<T>(kind, { ...selection, resourceVersion, signal })) {
    if (event.type !== 'BOOKMARK' && event.type !== 'DELETED' && isSo(event.object)) return performance.now();
  }
  throw new Error(`${kind.kind} ${name} is not as expected after ${LIMIT_MS / 1000} s`);
}

async function untilGone(client: Client, name: string): Promise<void> {
  const selection = { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` };
  const { metadata } = await client.list(SYNC, selection);
  const { resourceVersion } = metadata;
  const signal = AbortSignal.timeout(LIMIT_MS);
  for await (const event of client.watch(SYNC, { ...selection, resourceVersion, signal })) {
    if (event.type === 'DELETED') return;
  }
  throw new Error(`Sync ${name} is still there after ${LIMIT_MS / 1000} s`);
}

/** A manifest with one value in it. */
export const configMap = (name: string, value: string): ObjectInput<ConfigMap> => ({
  ...CONFIG_MAP,
  metadata: { name, namespace: NAMESPACE },
  data: { value, about: `one of the objects that the bench has in files: ${name}` },
});
