import type { HttpClient } from '../../client/http.ts';

interface Signalled {
  readonly signal?: AbortSignal;
}

/** The client with a limit on each request; watches and streams are as long as they are. */
export function withTimeout(client: HttpClient, milliseconds: number): HttpClient {
  const limited = <T extends Signalled>(options: T | undefined): T => {
    const timeout = AbortSignal.timeout(milliseconds);
    const signal = options?.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
    return { ...options, signal } as T;
  };
  return {
    ...client,
    raw: (path, options) => client.raw(path, limited(options)),
    get: (ref, options) => client.get(ref, limited(options)),
    list: (kind, options) => client.list(kind, limited(options)),
    create: (object, options) => client.create(object, limited(options)),
    update: (object, options) => client.update(object, limited(options)),
    updateStatus: (object, options) => client.updateStatus(object, limited(options)),
    patch: (ref, patch, options) => client.patch(ref, patch, limited(options)),
    apply: (object, options) => client.apply(object, limited(options)),
    delete: (ref, options) => client.delete(ref, limited(options)),
    deleteCollection: (kind, options) => client.deleteCollection(kind, limited(options)),
  };
}
