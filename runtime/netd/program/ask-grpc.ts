/** Asks grpc.health.v1.Health/Check over HTTP/2 without TLS; loaded when the first such probe is asked. */
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { isIPv6 } from 'node:net';
import type { ProbeAction } from '../../ports/probes.ts';
import type { Dial } from './ask-network.ts';
import type { ProbeAnswer } from './probe-cycle.ts';

type GrpcAction = Extract<ProbeAction, { readonly type: 'grpc' }>;

const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
/** An answer has a few bytes. */
const mostBytes = 10 * 1024;
const unimplemented = '12';

/** Rejects with what keeps the connection from being made or the answer from being read. */
export async function askGrpc(
  action: GrpcAction,
  address: string,
  dial: Dial,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const connection = await dial(action.port, signal);
  connection.on('error', () => undefined);
  const host = isIPv6(address) ? `[${address}]` : address;
  const session = connect(`http://${host}:${action.port}`, {
    createConnection: () => connection,
    settings: { enablePush: false },
  });
  const destroy = (): void => session.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  try {
    return judge(await check(session, action.service));
  } finally {
    signal.removeEventListener('abort', destroy);
    session.destroy();
    connection.destroy();
  }
}

interface Checked {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function check(session: ClientHttp2Session, service: string): Promise<Checked> {
  const { promise, resolve, reject } = Promise.withResolvers<Checked>();
  session.on('error', reject);
  session.on('close', () => reject(Object.assign(new Error('connection closed'), { code: 'EPIPE' })));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    'user-agent': 'tsmoby-probe',
    te: 'trailers',
  });
  let headers: IncomingHttpHeaders = {};
  let body: Buffer = Buffer.alloc(0);
  stream.on('error', reject);
  stream.on('response', (first) => (headers = { ...headers, ...first }));
  stream.on('trailers', (last) => (headers = { ...headers, ...last }));
  stream.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.length > mostBytes) reject(new Error('the answer is too long'));
  });
  stream.on('end', () => resolve({ headers, body }));
  stream.end(encodeRequest(service));
  return await promise;
}

function judge({ headers, body }: Checked): ProbeAnswer {
  const failed = (message: string): ProbeAnswer => ({ success: false, message: `gRPC probe failed: ${message}` });
  const httpStatus = headers[':status'];
  const status = headers['grpc-status'];
  if (status === unimplemented) return failed('the server does not implement grpc.health.v1.Health');
  if (status === undefined) return failed(`no gRPC status, HTTP status ${String(httpStatus)}`);
  if (status !== '0')
    return failed(`status ${String(status)} ${decodeURIComponent(String(headers['grpc-message'] ?? ''))}`.trim());
  const serving = servingStatuses[decodeResponse(body)] ?? 'UNKNOWN';
  return serving === 'SERVING' ? { success: true, message: serving } : failed(`service is ${serving}`);
}

/** One message: not compressed, four bytes of length, then field 1, a string, unless it is empty. */
export function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  const message =
    name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

/** Field 1, a number below 128; 0 when it is absent. */
export function decodeResponse(body: Buffer): number {
  const message = body.subarray(5);
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}
