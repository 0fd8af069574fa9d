import { RuntimeError } from '../errors.ts';
import type { BuildRequest } from '../ports/builders.ts';
import type { ContentProxy } from '../ports/content.ts';
import type { Scrubber } from './failure/scrub.ts';
import type { ServerMethod, SessionMethods } from './grpc/server.ts';
import { localNameOf } from './request/attributes.ts';
import type { Export } from './request/exports.ts';
import { EXPORT_STORE, layoutStoreId } from './request/stores.ts';
import { auth } from './session/auth.ts';
import { fileSync } from './session/file-sync.ts';
import { secrets } from './session/secrets.ts';

/** What a builder may ask of us for one build, and what went wrong in it on our side. */
export interface Attachables {
  readonly methods: SessionMethods;
  /** The first failure of ours; the builder tells it in words of its own. */
  failure(): RuntimeError | undefined;
}

export interface AttachableOptions {
  readonly request: BuildRequest;
  readonly exports: readonly Export[];
  /** Absolute path of a directory with nothing in it, for builds without a context. */
  readonly emptyDirectory: string;
  /** Caches in directories, by store id. */
  readonly caches: ReadonlyMap<string, ContentProxy>;
  readonly scrubber: Scrubber;
}

export function attachablesOf(options: AttachableOptions): Attachables {
  const { request, scrubber } = options;
  let failure: RuntimeError | undefined;
  const keep = (error: RuntimeError): void => {
    if (error.code !== 'Cancelled') failure ??= error;
  };
  const all: SessionMethods = new Map([
    ...fileSync({
      directories: directoriesOf(options),
      onFailure: (_directory, error) => keep(error),
      onChanged: (_directory, path) => keep(changed(path)),
    }),
    ...auth((host) => {
      const found = request.credentials(host);
      if (found !== undefined) for (const text of [found.password, found.identityToken]) scrubber.hide(text ?? '');
      return found;
    }),
    ...secrets((id) => {
      const found = request.secret(id);
      if (found !== undefined) scrubber.hide(Buffer.from(found).toString('utf8'));
      return found;
    }),
  ]);
  const watched = [...all].map(([path, method]): readonly [string, ServerMethod] => [path, watch(method, keep)]);
  return { methods: new Map(watched), failure: () => failure };
}

function watch(method: ServerMethod, keep: (error: RuntimeError) => void): ServerMethod {
  return async (call) => {
    try {
      await method(call);
    } catch (error) {
      if (error instanceof RuntimeError && !call.signal.aborted) keep(error);
      throw error;
    }
  };
}

function directoriesOf({ request, emptyDirectory }: AttachableOptions): Map<string, string> {
  const named = Object.entries(request.namedContexts).flatMap(([name, context]): [string, string][] =>
    context.type === 'directory' ? [[localNameOf(name), context.directory.path]] : [],
  );
  return new Map([
    ['context', request.context?.path ?? emptyDirectory],
    ['dockerfile', request.dockerfile.directory.path],
    ...named,
  ]);
}

/** By the ids under which the builder asks. */
export function storesOf({ request, exports, caches }: AttachableOptions): Map<string, ContentProxy> {
  const layouts = Object.values(request.namedContexts).flatMap((context): [string, ContentProxy][] =>
    context.type === 'layout' ? [[layoutStoreId(context.digest), context.content]] : [],
  );
  const landing = exports.flatMap(({ output }): [string, ContentProxy][] =>
    output.type === 'content' ? [[EXPORT_STORE, output.content]] : [],
  );
  return new Map([...layouts, ...landing, ...caches]);
}

function changed(path: string): RuntimeError {
  return new RuntimeError('Unavailable', `${path} changed while it was sent; the build is begun anew`, {
    reason: 'ContextChanged',
  });
}
