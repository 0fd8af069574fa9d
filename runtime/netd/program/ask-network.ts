/** Puts one question to a process over the network. */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProbeAction } from '../../ports/probes.ts';
import { askHttp } from './ask-http.ts';
import { explainDial } from './dial-errors.ts';
import type { ProbeAnswer } from './probe-cycle.ts';

export type NetworkAction = Exclude<ProbeAction, { readonly type: 'exec' }>;

/** Opens a connection to a port of who is asked. Rejects with whatever keeps it from it. */
export type Dial = (port: number, signal: AbortSignal) => Promise<Duplex>;

/** Never rejects. Where the signal aborts, its connections are gone, and what it resolves with is of no use. */
export async function askNetwork(
  action: NetworkAction,
  address: string,
  dial: Dial,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  try {
    switch (action.type) {
      case 'http':
        return await askHttp(action, address, dial, signal);
      case 'grpc': {
        // An HTTP/2 client is some megabytes, which most never need.
        const { askGrpc } = await import('./ask-grpc.ts');
        return await askGrpc(action, address, dial, signal);
      }
      case 'tcp':
        (await dial(action.port, signal)).on('error', () => undefined).destroy();
        return { success: true, message: `port ${action.port} is open` };
    }
  } catch (error) {
    return { success: false, message: explainDial(error, address, action.port) };
  }
}

/** From this machine's side of the networks. */
export function dialFrom(address: string): Dial {
  return async (port, signal) => {
    const socket: Socket = connect({ port, host: address, signal });
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    // Stays: until somebody else listens, an error would end the program.
    socket.on('error', reject);
    socket.once('connect', () => resolve(socket));
    return await promise;
  };
}
