import { request as plainRequest, type Agent } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Connectable } from '../../support/api-process.ts';
import type { Attempt } from './mutate.ts';

export interface Reply {
  readonly code: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Sends one request; rejects when the connection breaks. A watch is let go of once it has begun. */
export function send(
  { target, secure }: Connectable,
  agent: Agent,
  { method, target: path, headers, body }: Attempt,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const outgoing = (secure ? tlsRequest : plainRequest)({ ...target, agent, method, path, headers });
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    const { statusCode: code = 0, headers: given } = response;
    const contentType = given['content-type'] ?? '';
    const whole = given['content-length'] !== undefined || !/[?&]watch|\/watch\/|follow/.test(path);
    if (whole) {
      buffer(response).then((bytes) => resolve({ code, contentType, body: bytes }), reject);
      return;
    }
    response.once('close', () => resolve({ code, contentType, body: Buffer.from('{}') })).resume();
    setTimeout(() => response.destroy(), 20);
  });
  outgoing.end(body);
  return promise;
}

/** Codes of server errors that are documented. */
const DOCUMENTED: ReadonlySet<number> = new Set([501, 503, 504]);

/** What is wrong with an answer, or undefined. */
export function problemOf({ code, contentType, body }: Reply, { method }: Attempt): string | undefined {
  if (code >= 500 && !DOCUMENTED.has(code)) return `${String(code)} ${body.toString().slice(0, 400)}`;
  if (method === 'HEAD' || !contentType.startsWith('application/json')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return `no JSON: ${body.toString().slice(0, 200)}`;
  }
  if (typeof value !== 'object' || value === null) return 'no object';
  if (code < 400) return undefined;
  const status = value as { readonly kind?: unknown; readonly code?: unknown; readonly message?: unknown };
  const isStatus = status.kind === 'Status' && status.code === code && typeof status.message === 'string';
  return isStatus ? undefined : `no Status: ${body.toString().slice(0, 200)}`;
}
