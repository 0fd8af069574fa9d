/** Archives behind a URL, with a server in this process. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import { pack } from 'tar-stream';
import type { BuildContextsOptions } from '../../../../runtime/buildkit/contexts/create.ts';
import { isRuntimeError, type RuntimeErrorCode } from '../../../../runtime/errors.ts';
import { createContextsWorld, type ContextsWorld } from './world.ts';

type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { readonly content?: string };
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What one test has. */
export interface Scene extends ContextsWorld {
  readonly url: string;
  readonly seen: readonly IncomingMessage[];
  answer: Answer;
}

/** A server that answers as it is told, and the adapter beside it. */
export async function open(answer: Answer, options: Partial<BuildContextsOptions> = {}): Promise<Scene> {
  const world = await createContextsWorld(options);
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    scene.answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const scene: Scene = {
    ...world,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await world[Symbol.asyncDispose]();
    },
  };
  return scene;
}

/** The same body to everybody but those who have it. */
export const sends =
  (body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer =>
  (request, response) => {
    const { etag } = headers;
    const isKnown = etag !== undefined && request.headers['if-none-match'] === etag;
    response.writeHead(isKnown ? 304 : 200, headers).end(isKnown ? undefined : body);
  };

/** An archive, not compressed. */
export async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A directory with a file and a link in it. */
export const plain = await tar([
  { name: 'top/', type: 'directory', mode: 0o750 },
  { name: 'top/page', content: 'hello', mode: 0o640, uid: 4711, gid: 4711 },
  { name: 'top/link', type: 'symlink', linkname: '../../outside' },
]);
/** sha256:… */
export const digestOf = (body: Uint8Array): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;

/** Resolves with the message. */
export async function failsWith(
  t: ExecutionContext,
  work: Promise<unknown>,
  code: RuntimeErrorCode,
  reason?: string,
): Promise<string> {
  const error = await t.throwsAsync(work);
  t.true(isRuntimeError(error, code), error.message);
  if (reason !== undefined) t.is(isRuntimeError(error) ? error.reason : '', reason);
  return error.message;
}
