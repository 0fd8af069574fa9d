import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually.ts';

/** Asks until the answer's body is this text: what was just started may not listen yet. Resolves with the body. */
export async function answersWith(url: string, expected: string): Promise<string> {
  let last = 'nothing';
  const ask = async (): Promise<boolean> => {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000), headers: { connection: 'close' } });
      last = (await answer.text()).trim();
    } catch (error) {
      last = String((error as Error).cause ?? error);
    }
    return last === expected;
  };
  await eventually(`${url} answers ${expected}`, ask).catch(() => undefined);
  return last;
}

/** A server of this process that answers with a text, at any free port of 127.0.0.1. Disposing twice is success. */
export async function answerOf(text: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => void response.end(text));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
