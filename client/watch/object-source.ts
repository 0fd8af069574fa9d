import type { Client } from '../client.ts';
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import type { Source } from './follow.ts';

export interface ObjectFilter {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Objects of a kind, to be followed. */
export function objectSource(client: Client, kind: KindRef, filter: ObjectFilter): Source<KubeObject> {
  return {
    async list(signal) {
      const { items, metadata } = await client.list(kind, { ...filter, signal });
      return { items, resourceVersion: metadata.resourceVersion };
    },
    async *watch(resourceVersion, signal) {
      for await (const event of client.watch(kind, { ...filter, resourceVersion, allowBookmarks: true, signal }))
        yield event.type === 'BOOKMARK' ? event : { type: event.type, item: event.object };
    },
    keyOf: ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid}`,
    versionOf: ({ metadata }) => metadata.resourceVersion,
  };
}
