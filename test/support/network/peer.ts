/**
 * A program that stands in a network namespace and serves or asks there, as it is told over its IPC channel; it ends with that. It knows nothing
 * of ours, as it must be there in a moment.
 */
import { createSocket } from 'node:dgram';
import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';

export type PeerOrder =
  /** Answers each connection, or packet, with the label, who asks, and then whatever it gets. */
  | { readonly type: 'serve'; readonly protocol: 'TCP' | 'UDP'; readonly port: number; readonly label: string }
  /** Serves nothing any more. */
  | { readonly type: 'stop' }
  /** What a server of this kind says: `label asker`. */
  | { readonly type: 'ask'; readonly protocol: 'TCP' | 'UDP'; readonly host: string; readonly port: number }
  /** Opens connections one after the other until `stopLoad`, which answers how many said what. */
  | { readonly type: 'load'; readonly host: string; readonly port: number }
  | { readonly type: 'stopLoad' }
  /** A connection, or socket, that stays: each `say` is answered with what comes back. */
  | { readonly type: 'open'; readonly protocol: 'TCP' | 'UDP'; readonly host: string; readonly port: number }
  | { readonly type: 'say' };

/** Longer than any answer takes; what is dropped is waited for as long as this. */
const SILENCE_MS = 3000;

const servers: { close(): unknown }[] = [];
let load: { stop: boolean; done: Promise<Record<string, number>> } | undefined;
let say: (() => Promise<string>) | undefined;

process.on('message', ({ id, order }: { id: number; order: PeerOrder }) => {
  perform(order).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, answer: (error as NodeJS.ErrnoException).code ?? String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, answer: 'ready' });

async function perform(order: PeerOrder): Promise<unknown> {
  switch (order.type) {
    case 'serve':
      return await serve(order.protocol, order.port, order.label);
    case 'stop':
      for (const server of servers.splice(0)) server.close();
      return 'stopped';
    case 'ask':
      return await (
        await open(order.protocol, order.host, order.port)
      )(true);
    case 'open': {
      const conversation = await open(order.protocol, order.host, order.port);
      say = () => conversation(false);
      return 'open';
    }
    case 'say':
      return await say?.();
    case 'load':
      load = { stop: false, done: Promise.resolve({}) };
      load.done = loop(order.host, order.port, load);
      return 'running';
    case 'stopLoad':
      if (load !== undefined) load.stop = true;
      return await load?.done;
  }
}

async function serve(protocol: 'TCP' | 'UDP', port: number, label: string): Promise<string> {
  if (protocol === 'TCP') {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(`${label} ${plain(socket.remoteAddress)}\n`));
    });
    servers.push(server);
    server.listen(port, '::');
    await once(server, 'listening');
    return 'serving';
  }
  const socket = createSocket('udp6');
  socket.on('message', (_, from) => socket.send(`${label} ${plain(from.address)}\n`, from.port, from.address));
  servers.push(socket);
  socket.bind(port, '::');
  await once(socket, 'listening');
  return 'serving';
}

const plain = (address = ''): string => address.replace(/^::ffff:/, '');

/** The function asks once, and hangs up when it is told to. */
async function open(protocol: 'TCP' | 'UDP', host: string, port: number): Promise<(last: boolean) => Promise<string>> {
  const signal = AbortSignal.timeout(SILENCE_MS);
  if (protocol === 'TCP') {
    const socket = createConnection({ host, port });
    socket.on('error', () => undefined);
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return async (last) => {
      try {
        socket.write('?');
        const [bytes] = (await once(socket, 'data', { signal: AbortSignal.timeout(SILENCE_MS) })) as [Buffer];
        return String(bytes).trim();
      } finally {
        if (last) socket.destroy();
      }
    };
  }
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.connect(port, host);
  await once(socket, 'connect', { signal });
  return async (last) => {
    try {
      socket.send('?');
      const [bytes] = (await once(socket, 'message', { signal: AbortSignal.timeout(SILENCE_MS) })) as [Buffer];
      return String(bytes).trim();
    } finally {
      if (last) socket.close();
    }
  };
}

async function loop(host: string, port: number, run: { stop: boolean }): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  while (!run.stop) {
    const answer = await open('TCP', host, port)
      .then((ask) => ask(true))
      .catch((error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error));
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}
