import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { ApiRequest } from '../../pipeline/request.ts';
import type { ApiResponse } from '../../pipeline/response.ts';
import { badRequest } from '../../status-error.ts';
import { chooseRenderer } from '../choose-renderer.ts';
import { servePorts } from '../ports/serve-ports.ts';
import { acceptWebSocket } from './accept.ts';
import type { PendingUpgrade } from './pending-upgrade.ts';
import { serveProcess, type Surroundings } from './serve-process.ts';
import { BYTE_PROTOCOLS, serveBytes, serveWatch } from './serve-stream.ts';

interface Asked extends Surroundings {
  readonly request: Pick<ApiRequest, 'upgrade' | 'representation' | 'parameters'>;
  readonly now: () => number;
}

/**
 * Answers over a WebSocket what can be: a process, ports, a watch, a log. Resolves with false when it has done nothing, and the answer is to be
 * written like any other. Rejects as long as the connection is HTTP's; what goes wrong later ends it.
 */
export async function answerOver(
  incoming: IncomingMessage,
  pending: PendingUpgrade,
  answer: ApiResponse,
  asked: Asked,
): Promise<boolean> {
  const way = await wayOf(answer, asked);
  if (way === undefined) return false;
  const { signal, log } = asked;
  const socket = await acceptWebSocket(incoming, pending, { subprotocol: way.subprotocol, signal });
  try {
    await way.serve(socket);
  } catch (err) {
    if (!signal.aborted) log.error({ err, path: incoming.url?.split('?', 1)[0] }, 'answer could not be sent');
    socket.terminate();
  }
  return true;
}

interface Way {
  readonly subprotocol: string;
  readonly serve: (socket: WebSocket) => Promise<void>;
}

async function wayOf(answer: ApiResponse, { request, now, log, signal }: Asked): Promise<Way | undefined> {
  const offered = request.upgrade?.subprotocols ?? [];
  const names = offered.length === 0 ? [''] : offered;
  const known = BYTE_PROTOCOLS.find((name) => names.includes(name));
  switch (answer.type) {
    case 'process':
      return { subprotocol: answer.protocol, serve: (socket) => serveProcess(socket, answer, { log, signal }) };
    case 'ports':
      return { subprotocol: answer.protocol, serve: (socket) => servePorts(socket, answer, { log, signal }) };
    case 'stream': {
      if (known === undefined)
        throw badRequest(
          `none of the offered subprotocols is served here: ${BYTE_PROTOCOLS.slice(0, -1).join(', ')} are`,
        );
      return { subprotocol: known, serve: (socket) => serveBytes(socket, answer, { subprotocol: known, signal }) };
    }
    case 'watch': {
      // Its frames are not for messages.
      if (request.representation.encoding === 'protobuf') return undefined;
      const renderer = await chooseRenderer(request, answer.resource, now);
      // Any will do, and browsers want one of theirs.
      const subprotocol = known ?? offered[0] ?? '';
      return { subprotocol, serve: (socket) => serveWatch(socket, answer.stream, renderer, signal) };
    }
    default:
      return undefined;
  }
}
