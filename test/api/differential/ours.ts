/** Our API server on a store in memory, over a unix socket, with a clock that probes can move. */
import type { IncomingHttpHeaders } from 'node:http';
import { ALL_KINDS } from '../../support/client-world.ts';
import { RawServer } from '../../support/raw-http.ts';
import { gadgetKind } from './gadget.ts';
import type { Answer, ProbedServer } from './probe.ts';

export async function openOurs(): Promise<ProbedServer & AsyncDisposable> {
  let ahead = 0;
  const raw = await RawServer.open({
    kinds: [...ALL_KINDS, gadgetKind],
    clock: { now: () => Date.now() + ahead * 1000 },
  });
  return {
    async send({ method, path, headers, body }) {
      const answer = await raw.request(method, path, { headers, ...(body === undefined ? {} : { body }) });
      return answerOf(answer.status, answer.headers, answer.text);
    },
    pass: (seconds) => {
      ahead += seconds;
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose](),
  };
}

export function answerOf(status: number, headers: IncomingHttpHeaders, content: string): Answer {
  const [contentType = ''] = (headers['content-type'] ?? '').split(';charset');
  // the header comes joined by commas; each warning is `299 - "text"`
  const warnings = [...(headers['warning']?.toString() ?? '').matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)];
  return { status, contentType, warnings: warnings.map(([, warning = '']) => warning), text: content };
}
