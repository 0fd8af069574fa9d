import type { KindReads } from './kind-store.ts';
import { createReader } from './object-reader.ts';
import type { ServedResource } from './resource.ts';

/** A resource whose objects are another one's: it can be read and watched. Whoever composes the server adds subresources. */
export function viewResource(kind: KindReads): ServedResource {
  return {
    definition: kind.definition,
    schema: kind.schema,
    capabilities: createReader(kind),
    subresources: new Map(),
  };
}
