import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';

export interface GitHttpServer extends AsyncDisposable {
  /** http://127.0.0.1:port, without a slash at the end. */
  readonly url: string;
  /** Requests so far: method, path and query. */
  readonly requests: readonly string[];
}

/** Serves the repositories of a folder by git's own program. `authorization`: who does not send this header is refused. */
export async function serveGitOverHttp(folder: string, authorization?: string): Promise<GitHttpServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (authorization !== undefined && request.headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    runBackend(folder, request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** One request as CGI (RFC 3875): variables, the body on stdin; headers and body on stdout. */
async function runBackend(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://git');
  const env = {
    ...process.env,
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    REQUEST_METHOD: request.method,
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  };
  const backend = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  backend.stdin.on('error', () => undefined); // it may answer before it has read all
  request.pipe(backend.stdin);
  response.on('close', () => backend.kill());
  const { head, rest } = await readHead(backend.stdout);
  const lines = head.split(/\r?\n/).map((line) => /^([^:]+):\s*(.*)$/.exec(line) ?? []);
  const headers = lines.flatMap(([, name, value]) => (name === undefined ? [] : [[name, value ?? ''] as const]));
  const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1];
  response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(headers));
  response.write(rest);
  backend.stdout.pipe(response);
}

async function readHead(stream: Readable): Promise<{ readonly head: string; readonly rest: Buffer }> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const end = seen.indexOf('\r\n\r\n');
    if (end >= 0) return { head: seen.subarray(0, end).toString(), rest: seen.subarray(end + 4) };
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) seen = Buffer.concat([seen, chunk]);
    else if (stream.readableEnded || stream.destroyed) throw new Error('git http-backend said nothing');
    else await Promise.race([once(stream, 'readable'), once(stream, 'end')]);
  }
}
