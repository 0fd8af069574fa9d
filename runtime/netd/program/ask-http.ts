/** Asks over HTTP as a kubelet does: 200 to 399 is well, and nobody's certificate is looked at. */
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProbeAction } from '../../ports/probes.ts';
import type { Dial } from './ask-network.ts';
import type { ProbeAnswer } from './probe-cycle.ts';

type HttpAction = Extract<ProbeAction, { readonly type: 'http' }>;

/** Of an answer's body so much is read, and the rest let go. */
const bodyBytes = 10 * 1024;
const mostRedirects = 10;

interface Response {
  readonly status: number;
  readonly location: string | undefined;
}

/** Rejects with what keeps the connection from being made or the answer from being read. */
export async function askHttp(
  action: HttpAction,
  address: string,
  dial: Dial,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const host = isIPv6(address) ? `[${address}]` : address;
  let url = new URL(`${action.scheme.toLowerCase()}://${host}:${action.port}`);
  let path = action.path;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const { status, location } = await requestOnce(url, path, action, dial, signal);
    const next = status >= 300 && status < 400 && location !== undefined ? parseUrl(location, url, path) : undefined;
    if (!next) return judge(status);
    // Elsewhere is nobody who was asked for.
    if (next.hostname !== url.hostname)
      return { success: true, message: `HTTP ${status}, redirected to ${next.origin}` };
    url = next;
    path = `${next.pathname}${next.search}`;
  }
  return { success: false, message: `HTTP probe failed: more than ${mostRedirects} redirects` };
}

function judge(status: number): ProbeAnswer {
  if (status >= 200 && status < 400) return { success: true, message: `HTTP ${status}` };
  return { success: false, message: `HTTP probe failed with statuscode: ${status}` };
}

function parseUrl(location: string, url: URL, path: string): URL | undefined {
  const next = URL.parse(location, URL.parse(path, url.href)?.href ?? url.href);
  return next && /^https?:$/.test(next.protocol) ? next : undefined;
}

async function requestOnce(
  url: URL,
  path: string,
  action: HttpAction,
  dial: Dial,
  signal: AbortSignal,
): Promise<Response> {
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const connection = await dial(port, signal);
  // whoever reads from it hears of that, too
  connection.on('error', () => undefined);
  const socket = secure ? await withTls(connection, url.hostname) : connection;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  socket.on('error', reject);
  try {
    // Not by `import`: that reads all its exports, and one of them loads an HTTP client of 14 MB.
    const request = process.getBuiltinModule('node:http').request({
      createConnection: () => socket,
      method: 'GET',
      path,
      headers: headersOf(action, url.host),
      setHost: false,
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => void readBody(response).then(resolve, reject));
    request.end();
    return await promise;
  } finally {
    connection.destroy();
  }
}

async function withTls(connection: Duplex, hostname: string): Promise<Duplex> {
  const { connect } = process.getBuiltinModule('node:tls');
  const name = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: hostname } : {};
  const socket = connect({ socket: connection, rejectUnauthorized: false, ...name });
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  socket.on('error', reject);
  connection.once('close', () => reject(Object.assign(new Error('connection closed'), { code: 'EPIPE' })));
  socket.once('secureConnect', () => resolve(socket));
  return await promise;
}

/** Those of the action take the place of ours. */
function headersOf({ headers }: HttpAction, host: string): Record<string, string | string[]> {
  const all = new Map<string, string[]>();
  for (const { name, value } of headers) all.set(name.toLowerCase(), [...(all.get(name.toLowerCase()) ?? []), value]);
  const ours = { host, 'user-agent': 'tsmoby-probe', accept: '*/*', connection: 'close' };
  for (const [name, value] of Object.entries(ours)) if (!all.has(name)) all.set(name, [value]);
  return Object.fromEntries([...all].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]));
}

async function readBody(response: IncomingMessage): Promise<Response> {
  let left = bodyBytes;
  for await (const chunk of response) {
    left -= (chunk as Buffer).length;
    if (left <= 0) break;
  }
  return { status: response.statusCode ?? 0, location: response.headers.location };
}
