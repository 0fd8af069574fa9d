import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import type { RemoteProcess, AttachQuery, ExecQuery } from '../../api/registry/remote-process.ts';
import type { Capabilities } from '../../api/registry/resource.ts';
import type { ApiServerOptions } from '../../api/server.ts';
import { RawServer } from './raw-http.ts';

/** How processes of a test begin. */
export type Open = (query: ExecQuery | AttachQuery, name: string) => Promise<RemoteProcess> | RemoteProcess;

/** An API server whose Widgets have processes. */
export interface ProcessServer extends AsyncDisposable {
  readonly raw: RawServer;
  /** What was asked for, in order. */
  readonly queries: (ExecQuery | AttachQuery)[];
  readonly path: (query: string, subresource?: string) => string;
  /** A WebSocket to a path, its messages from the first on. */
  readonly dial: (path: string, subprotocols?: readonly string[], options?: ClientOptions) => Promise<Dialled>;
}

export interface Dialled {
  readonly socket: WebSocket;
  /** The next messages, as text; fewer when the connection ends. */
  readonly next: (count: number) => Promise<readonly string[]>;
  /** All that comes, to the end of the connection. */
  readonly all: Promise<readonly { readonly data: Buffer; readonly binary: boolean }[]>;
  /** The code of the end. */
  readonly closed: Promise<number>;
}

export async function openProcessServer(open: Open, options: Partial<ApiServerOptions> = {}): Promise<ProcessServer> {
  const raw = await RawServer.open(options);
  const queries: (ExecQuery | AttachQuery)[] = [];
  const widgets = raw.server.registry.find('test.tsmoby.dev', 'v1', 'widgets');
  if (widgets === undefined) throw new TypeError('there are no widgets');
  const start = async (query: ExecQuery | AttachQuery, name: string): Promise<RemoteProcess> => {
    queries.push(query);
    return await open(query, name);
  };
  const exec: Capabilities = { exec: (_, name, query) => start(query, name) };
  const attach: Capabilities = { attach: (_, name, query) => start(query, name) };
  raw.server.registry.add({
    ...widgets,
    subresources: new Map([...widgets.subresources, ['exec', exec], ['attach', attach]]),
  });
  return {
    raw,
    queries,
    path: (query, subresource = 'exec') =>
      `/apis/test.tsmoby.dev/v1/namespaces/default/widgets/a/${subresource}?${query}`,
    dial: (path, subprotocols = [], more = {}) => dial(`ws+unix:${raw.socketPath}:${path}`, subprotocols, more),
    [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose](),
  };
}

/** Rejects with the answer of a server that refuses. */
async function dial(url: string, subprotocols: readonly string[], options: ClientOptions): Promise<Dialled> {
  const socket = new WebSocket(url, [...subprotocols], { perMessageDeflate: false, ...options });
  const messages: { readonly data: Buffer; readonly binary: boolean }[] = [];
  socket.on('message', (data, binary) => messages.push({ data: data as Buffer, binary }));
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
  let seen = 0;
  const next = async (count: number): Promise<readonly string[]> => {
    while (messages.length < seen + count && socket.readyState < WebSocket.CLOSED) {
      await Promise.race([once(socket, 'message'), closed]);
    }
    const from = seen;
    seen += count;
    return messages.slice(from, seen).map(({ data }) => data.toString());
  };
  await once(socket, 'open');
  return { socket, closed, next, all: closed.then(() => messages) };
}
