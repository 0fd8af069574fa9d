import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { WebhookCall, WebhookVerdict } from '../ports/webhooks.ts';
import type { HookTable } from './hook-table.ts';

/** GitHub sends no more; nothing of it is kept here. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;

const ANSWERS: Readonly<Record<WebhookVerdict, readonly [status: number, text: string]>> = {
  accepted: [202, 'accepted\n'],
  ignored: [200, 'nothing to do\n'],
  refused: [404, 'not found\n'],
};

/** Strangers are answered alike; whose headers tell that they are some, before a byte of the body is read. */
export function answerCalls(hooks: HookTable): RequestListener {
  return (request, response) => {
    // A caller that goes away in the middle is nobody's trouble.
    request.on('error', () => undefined);
    void answerCall(hooks, request, response).catch(() => response.destroy());
  };
}

async function answerCall(hooks: HookTable, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const served = request.method === 'POST' ? hooks.find(path) : undefined;
  if (served === undefined) return refuse(response, ...ANSWERS.refused);
  const call = served.hook.begin((name) => oneHeader(request, name));
  if (call === undefined) return refuse(response, ...ANSWERS.refused);
  // After it, so that whoever cannot even try takes nothing from those who can.
  if (!served.bucket.take()) return refuse(response, 429, 'too many calls\n');
  const verdict = await readBody(request, call);
  if (verdict === 'too large') return refuse(response, 413, `more than ${MAX_BODY_BYTES} bytes\n`);
  if (verdict === 'refused') return refuse(response, ...ANSWERS.refused);
  const [status, text] = ANSWERS[verdict];
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

async function readBody(request: IncomingMessage, call: WebhookCall): Promise<WebhookVerdict | 'too large'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return 'too large';
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return 'too large';
    call.take(chunk);
  }
  return call.end();
}

/** What is left of the request is not read. */
function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(text);
}

/** One that stands twice is none. */
function oneHeader(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name] ?? [];
  return values.length === 1 ? values[0] : undefined;
}
