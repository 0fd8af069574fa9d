import { ContentCallError, type ContentMethod, type ContentProxy } from '../../ports/content.ts';
import { StatusError, type ServerCall, type ServerMethod, type SessionMethods } from '../grpc/server.ts';

/** By the id under which the builder asks for it. */
export type ContentStores = ReadonlyMap<string, ContentProxy>;

/**
 * Content stores for a builder, `containerd.services.content.v1.Content`: what they say passes as it is. Announced are only methods that one of them
 * lets through, and a call for one that its own store does not is refused.
 */
export function contentStores(stores: ContentStores): SessionMethods {
  const methods = new Set([...stores.values()].flatMap((store) => store.methods));
  return new Map(
    [...methods].map((method): [string, ServerMethod] => [
      `/containerd.services.content.v1.Content/${method}`,
      async (call) => await pass(call, method, storeOf(call, method, stores)),
    ]),
  );
}

function storeOf(call: ServerCall, method: ContentMethod, stores: ContentStores): ContentProxy {
  const [id = ''] = call.header('buildkit-attachable-store-id');
  const store = stores.get(id);
  if (store === undefined) throw new StatusError(5, `there is no content store ${JSON.stringify(id)}`);
  if (!store.methods.includes(method))
    throw new StatusError(7, `${method} is not for content store ${JSON.stringify(id)}`);
  return store;
}

async function pass(call: ServerCall, method: ContentMethod, store: ContentProxy): Promise<void> {
  try {
    for await (const answer of store.call(method, call.messages, call.signal)) await call.send(answer);
  } catch (error) {
    if (error instanceof ContentCallError) throw new StatusError(error.status, error.message, { cause: error });
    throw error;
  }
}
