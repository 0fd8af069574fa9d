/** An API server on a unix socket and plain requests to it, for tests of what stands on the wire. */
import { rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { createApiServer, type ApiServer, type ApiServerOptions } from '../../api/server.ts';
import { openMemoryStore } from '../../api/store/memory.ts';
import type { JsonObject } from '../../schemas/object.ts';
import { ALL_KINDS } from './client-world.ts';
import { makeFolder } from './interruption.ts';
import { recordingLog } from './recording-log.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: JsonObject;
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | object;
  readonly signal?: AbortSignal;
}

export class RawServer implements AsyncDisposable {
  readonly log;
  readonly server: ApiServer;
  readonly socketPath: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    server: ApiServer,
    socketPath: string,
    stack: AsyncDisposableStack,
    log: ReturnType<typeof recordingLog>,
  ) {
    this.server = server;
    this.socketPath = socketPath;
    this.#stack = stack;
    this.log = log;
  }

  static async open(options: Partial<ApiServerOptions> = {}): Promise<RawServer> {
    const stack = new AsyncDisposableStack();
    const directory = await makeFolder(join(tmpdir(), 'tsm-'));
    stack.defer(() => rm(directory, { recursive: true, force: true }));
    const store = stack.use(await openMemoryStore());
    const log = recordingLog();
    const clock = { now: () => Date.now() };
    const server = stack.use(
      await createApiServer({ store, kinds: ALL_KINDS, clock, log, version: '0.0.0-test', ...options }),
    );
    const socketPath = join(directory, 's');
    await server.listenUnix({ path: socketPath });
    return new RawServer(server, socketPath, stack, log);
  }

  /** Objects as bodies go out as JSON with its content type; other bodies as they are. */
  async request(method: string, path: string, { headers = {}, body, signal }: RawRequest = {}): Promise<RawAnswer> {
    const isObject = typeof body === 'object' && !(body instanceof Uint8Array);
    const payload = isObject ? JSON.stringify(body) : body;
    // Node announces the body of every method but this one
    const length = method === 'DELETE' && payload !== undefined ? { 'content-length': Buffer.byteLength(payload) } : {};
    const outgoing = httpRequest({
      socketPath: this.socketPath,
      method,
      path,
      agent: false,
      headers: { ...(isObject ? { 'content-type': 'application/json' } : {}), ...length, ...headers },
      ...(signal ? { signal } : {}),
    });
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then((content) => resolve(answerOf(response.statusCode ?? 0, response.headers, content)), reject);
    });
    outgoing.end(payload);
    return promise;
  }

  /** The body of a GET as it came. */
  async bytes(
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ headers: IncomingHttpHeaders; bytes: Buffer }> {
    const outgoing = httpRequest({ socketPath: this.socketPath, path, agent: false, headers });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { headers: response.headers, bytes: await buffer(response) };
  }

  /** A bare connection. */
  async connect(): Promise<Socket> {
    const socket = connect({ path: this.socketPath });
    await once(socket, 'connect');
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

const answerOf = (status: number, headers: IncomingHttpHeaders, content: string): RawAnswer => ({
  status,
  headers,
  text: content,
  get json() {
    return JSON.parse(content) as JsonObject;
  },
});
