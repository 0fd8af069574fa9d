import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { resourcePath } from '../../client/resource-path.ts';
import { container as containerKind } from '../../schemas/definitions/container.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { connectionFlags } from '../connect/flags.ts';
import type { Session } from '../connect/session.ts';
import { CommandError } from '../errors.ts';
import { note, print, type Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import { containerName } from '../resources/container-name.ts';
import { defineCommand } from './command.ts';

export const portForward = defineCommand({
  name: 'port-forward',
  usage: ['NAME [LOCAL:]REMOTE…'],
  description:
    "Listen on ports of this machine and lead each connection to a port that the container listens on. It needs no published port: connections begin inside, on the container's own loopback. Ends with Ctrl-C.",
  examples: [
    'tsmoby port-forward web 8080:80',
    'tsmoby port-forward web 80 :5432   # the same port here; any free one',
  ],
  flags: {
    ...connectionFlags,
    address: {
      type: 'text',
      default: '127.0.0.1',
      value: 'IP',
      help: 'Address to listen on. Everybody who can reach it can use the ports.',
    },
  },
  async run({ flags, args, io, session }) {
    const [typed, ...texts] = args;
    if (typed === undefined || texts.length === 0)
      throw new CommandError('you must name one container and its ports: tsmoby port-forward NAME [LOCAL:]REMOTE');
    const name = containerName(typed, 'ports');
    const ports = texts.map(parsePorts);
    const { client, namespace } = await session();
    await client.get<Container>({ ...refOf(containerKind), namespace, name }, { signal: io.signal });
    await using servers = new AsyncDisposableStack();
    for (const { local, remote } of ports) {
      const lead = (socket: Socket): void => void handle(socket, remote, { client, namespace, name, io });
      const server = await listen(flags.address, local, lead);
      servers.defer(() => close(server));
      // it goes on listening: another one may be taken when this process has fewer files open
      server.on('error', ({ message }) => note(io, `error: a connection was not taken: ${message}`));
      const { address, family, port } = server.address() as AddressInfo;
      const here = family === 'IPv6' ? `[${address}]` : address;
      await print(io.stdout, `Forwarding from ${here}:${port} -> ${remote}\n`);
    }
    if (!io.signal.aborted) await once(io.signal, 'abort');
    throw io.signal.reason;
  },
});

interface Ports {
  /** 0: a free one. */
  readonly local: number;
  readonly remote: number;
}

function parsePorts(text: string): Ports {
  const [first = '', second] = text.split(':');
  const local = second === undefined ? portOf(first, text) : first === '' ? 0 : portOf(first, text);
  return { local, remote: portOf(second ?? first, text) };
}

function portOf(digits: string, text: string): number {
  const port = Number(digits);
  if (/^\d{1,5}$/.test(digits) && port > 0 && port < 65_536) return port;
  throw new CommandError(`"${text}" names no ports: write 8080:80, 80 or :80`);
}

async function listen(host: string, port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new CommandError(`cannot listen on ${host}:${port}: ${(cause as Error).message}`, { cause });
  }
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

interface Target extends Pick<Session, 'client' | 'namespace'> {
  readonly name: string;
  readonly io: Io;
}

/** One connection, to its end; what goes wrong with it is told, and hinders no other. */
async function handle(socket: Socket, remote: number, { client, namespace, name, io }: Target): Promise<void> {
  const path = resourcePath({ ...refOf(containerKind), namespace, name, subresource: 'portforward' }, containerKind);
  const gone = new AbortController();
  // it may leave while the way to the container is still being opened, when nothing else listens
  socket.on('error', () => undefined).once('close', () => gone.abort());
  const end = (): void => void socket.destroy();
  io.signal.addEventListener('abort', end, { once: true });
  if (io.signal.aborted) end();
  try {
    const stream = await client.remotePort(`${path}?ports=${remote}`, { signal: gone.signal });
    await Promise.all([pipeline(socket, stream), pipeline(stream, socket)]);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // either side may leave when it likes
    const hasLeft = io.signal.aborted || error === gone.signal.reason;
    if (!hasLeft && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') note(io, `error: ${message}`);
  } finally {
    io.signal.removeEventListener('abort', end);
    socket.destroy();
  }
}
