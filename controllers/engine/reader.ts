import type { KindRef, KubeObject } from '../../schemas/object.ts';
import type { Reader, ReaderQuery } from './contract.ts';
import type { Informer } from './informer.ts';
import { kindKey, objectKey } from './keys.ts';

/** Declared index names are one controller's own: two controllers may use one name for different functions. */
export const indexName = (controller: string, index: string): string => `${controller}/${index}`;

/**
 * What one controller sees of the caches: the kinds that it declared, with its own indexes. Reading another kind throws,
 * because nobody keeps that kind's cache filled for this controller.
 */
export function createReader(controller: string, informers: ReadonlyMap<string, Informer>): Reader {
  const informerOf = (kind: KindRef): Informer => {
    const informer = informers.get(kindKey(kind));
    if (informer) return informer;
    throw new Error(
      `controller "${controller}" reads ${kind.kind} (${kind.apiVersion}) but does not declare it: add it to its watches`,
    );
  };
  return {
    get<T extends KubeObject>(kind: KindRef, namespace: string | undefined, name: string) {
      return informerOf(kind).get(objectKey(namespace, name)) as T | undefined;
    },
    list<T extends KubeObject>(kind: KindRef, query: ReaderQuery = {}) {
      const { index } = query;
      const named = index ? { ...query, index: { ...index, name: indexName(controller, index.name) } } : query;
      return informerOf(kind).list(named) as readonly T[];
    },
  };
}
