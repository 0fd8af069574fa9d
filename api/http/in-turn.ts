import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpHandler } from './handler.ts';

/** Requests of one connection that may wait for their turn. No client of Kubernetes sends a second one before its answer. */
const MOST_WAITING = 64;

interface Turns {
  /** The latest, until its answer is over: an idle connection must not hold a body. */
  last: ServerResponse | undefined;
  waiting: number;
}

/**
 * One request of a connection at a time, as HTTP wants writes and what is read behind them: Node would begin all that a
 * client sends ahead, which is neither in order nor bounded. Who sends too far ahead is cut off.
 */
export function inTurn(handle: HttpHandler): HttpHandler {
  const connections = new WeakMap<Socket, Turns>();
  return (request, response) => {
    const { socket } = request;
    let turns = connections.get(socket);
    if (turns === undefined) connections.set(socket, (turns = { last: undefined, waiting: 0 }));
    const before = turns.last;
    turns.last = response;
    response.once('close', () => {
      if (turns.last === response) turns.last = undefined;
    });
    if (before === undefined) {
      handle(request, response);
      return;
    }
    if (turns.waiting >= MOST_WAITING) {
      socket.destroy();
      return;
    }
    turns.waiting += 1;
    before.once('close', () => {
      turns.waiting -= 1;
      if (!socket.destroyed) handle(request, response);
    });
  };
}
