import { RuntimeError } from '../errors.ts';
import type { BuildRequest } from '../ports/builders.ts';
import type { ContentProxy } from '../ports/content.ts';
import type { Scrubber } from './failure/scrub.ts';
import type { ServerMethod, SessionMethods } from './grpc/server.ts';
import { localNameOf } from './request/attributes.ts';
import type { Export } from './request/exports.ts';
import { EXPORT_STORE, layoutStoreId } from './request/stores.ts';
import { auth } from './session/auth.ts';
import { contentStores } from './session/content-stores.ts';
import { fileSend, type Sink } from './session/file-send.ts';
import { fileSync } from './session/file-sync.ts';
import { secrets } from './session/secrets.ts';
import { ssh } from './session/ssh.ts';

/** Reason of a failure that a build without one does not make good. */
export const CONTEXT_CHANGED = 'ContextChanged';

/** What a builder may ask of us for one build, and what came of it on our side. */
export interface Attachables {
  readonly methods: SessionMethods;
  /** The first failure of ours; the builder tells it in words of its own. */
  failure(): RuntimeError | undefined;
  /** Whether the result of this export has come; always so for one that goes elsewhere. */
  isDelivered(made: Export): boolean;
}

export interface AttachableOptions {
  readonly request: BuildRequest;
  readonly exports: readonly Export[];
  /** Caches in directories, by store id. */
  readonly caches: ReadonlyMap<string, ContentProxy>;
  readonly scrubber: Scrubber;
}

/** Throws InvalidArgument for ssh keys that cannot be used. */
export function attachablesOf(options: AttachableOptions): Attachables {
  const { request, exports, scrubber } = options;
  const delivered = new Set<Export>();
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
    ...ssh(request.ssh),
    ...contentStores(storesOf(options, (made) => delivered.add(made))),
    ...outputsOf(exports, keep, (made) => delivered.add(made)),
  ]);
  const watched = [...all].map(([path, method]): readonly [string, ServerMethod] => [path, watch(method, keep)]);
  return {
    methods: new Map(watched),
    failure: () => failure,
    isDelivered: (made) => made.type === 'image' || made.type === 'moby' || delivered.has(made),
  };
}

/** Files and directories that the builder sends; announced only where there are some. */
function outputsOf(
  exports: readonly Export[],
  onFailure: (error: RuntimeError) => void,
  onDone: (made: Export) => void,
): SessionMethods {
  const sinks = new Map(exports.flatMap((made, at) => sinkOf(made).map((sink): [number, Sink] => [at, sink])));
  if (sinks.size === 0) return new Map();
  const methods = fileSend({ sinks, onFailure: (_sink, error) => onFailure(outputFailed(error)) });
  return new Map(
    [...methods].map(([path, method]): [string, ServerMethod] => [
      path,
      async (call) => {
        await method(call);
        const made = exports[Number(call.header('buildkit-attachable-exporter-id')[0] ?? '0')];
        if (made !== undefined) onDone(made);
      },
    ]),
  );
}

function sinkOf({ type, output }: Export): Sink[] {
  if (type === 'moby') return [];
  if (output.type === 'directory') return [{ type: 'directory', path: output.path }];
  return output.type === 'archive' || output.type === 'tar' ? [{ type: 'file', path: output.path }] : [];
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

function directoriesOf({ request }: AttachableOptions): Map<string, string | undefined> {
  const named = Object.entries(request.namedContexts).flatMap(([name, context]): [string, string][] =>
    context.type === 'directory' ? [[localNameOf(name), context.directory.path]] : [],
  );
  return new Map([['context', request.context?.path], ['dockerfile', request.dockerfile.directory.path], ...named]);
}

/** By the ids under which the builder asks. */
function storesOf(
  { request, exports, caches }: AttachableOptions,
  onUsed: (made: Export) => void,
): Map<string, ContentProxy> {
  const layouts = Object.values(request.namedContexts).flatMap((context): [string, ContentProxy][] =>
    context.type === 'layout' ? [[layoutStoreId(context.digest), context.content]] : [],
  );
  const landing = exports.flatMap((made): [string, ContentProxy][] =>
    made.output.type === 'content' ? [[EXPORT_STORE, noticing(made.output.content, () => onUsed(made))]] : [],
  );
  return new Map([...layouts, ...landing, ...caches]);
}

/** A builder that writes there asks it something first, even when it then has nothing to write. */
function noticing(content: ContentProxy, onUsed: () => void): ContentProxy {
  return {
    methods: content.methods,
    call: (method, requests, signal) => {
      onUsed();
      return content.call(method, requests, signal);
    },
  };
}

function changed(path: string): RuntimeError {
  return new RuntimeError('Unavailable', `${path} changed while it was sent; the build is begun anew`, {
    reason: CONTEXT_CHANGED,
  });
}

function outputFailed(error: RuntimeError): RuntimeError {
  const reason = error.reason ?? (error.code === 'ResourceExhausted' ? 'DiskFull' : 'OutputFailed');
  return new RuntimeError(error.code, error.message, { cause: error, reason });
}
