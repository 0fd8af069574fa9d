import { createServer, type IncomingMessage } from 'node:http';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { WebSocketServer, type WebSocket } from 'ws';
import { makeFolder } from './interruption.ts';

/** What a test's server does with one connection. */
export type Script = (socket: ScriptedSocket, url: URL) => Promise<void>;

/** The server's side of v5.channel.k8s.io. */
export interface ScriptedSocket {
  readonly raw: WebSocket;
  readonly send: (channel: number, bytes: string | Uint8Array) => Promise<void>;
  /** The last word: a Status. */
  readonly end: (status: object | string) => Promise<void>;
  /** The next message; undefined when the client has gone. */
  readonly next: () => Promise<Buffer | undefined>;
  /** All of stdin, to its end. */
  readonly input: () => Promise<Buffer>;
}

export interface ExecServer extends AsyncDisposable {
  readonly socketPath: string;
  readonly urls: URL[];
}

export const SUCCESS = { metadata: {}, status: 'Success' };

export const exitStatus = (code: number): object => ({
  metadata: {},
  status: 'Failure',
  reason: 'NonZeroExitCode',
  message: `command terminated with non-zero exit code: ${code}`,
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});

/** A server of scripted processes. `refuse`: what plain HTTP says instead of an upgrade; `objects`: what a GET answers. */
export async function openExecServer(
  script: Script,
  options: { readonly refuse?: { readonly code: number; readonly body: object }; readonly objects?: object } = {},
): Promise<ExecServer> {
  const directory = await makeFolder('/tmp/tsm-x-');
  const socketPath = join(directory, 's');
  const urls: URL[] = [];
  const http = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(options.objects ?? {}));
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  http.on('upgrade', (request: IncomingMessage, connection, head) => {
    const url = new URL(request.url ?? '', 'http://x');
    urls.push(url);
    if (options.refuse !== undefined) {
      const body = JSON.stringify(options.refuse.body);
      connection.end(
        `HTTP/1.1 ${options.refuse.code} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, connection, head, (raw) => {
      void script(scripted(raw), url).finally(() => raw.close());
    });
  });
  http.listen(socketPath);
  await once(http, 'listening');
  return {
    socketPath,
    urls,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      http.closeAllConnections();
      http.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function scripted(raw: WebSocket): ScriptedSocket {
  const messages: Buffer[] = [];
  let wake: (() => void) | undefined;
  let gone = false;
  raw.on('message', (data) => {
    messages.push(data as Buffer);
    wake?.();
  });
  raw.on('close', () => {
    gone = true;
    wake?.();
  });
  const send = async (channel: number, bytes: string | Uint8Array): Promise<void> =>
    await new Promise((resolve) =>
      raw.send(Buffer.concat([Buffer.of(channel), Buffer.from(bytes as string)]), () => resolve()),
    );
  const next = async (): Promise<Buffer | undefined> => {
    for (;;) {
      const message = messages.shift();
      if (message !== undefined || gone) return message;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    raw,
    send,
    next,
    end: (status) => send(3, typeof status === 'string' ? status : JSON.stringify(status)),
    async input() {
      const parts: Buffer[] = [];
      for (let message = await next(); message !== undefined; message = await next()) {
        if (message[0] === 255) break;
        if (message[0] === 0) parts.push(message.subarray(1));
      }
      return Buffer.concat(parts);
    },
  };
}
