import { connect } from 'node:net';

/**
 * Whether somebody listens on a unix socket: one raw connect, closed at once. A channel whose first connection was
 * refused goes into back-off, so look before the first call and while waiting for a server. Never rejects.
 */
export function probe(socketPath: string, deadline = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const finish = (listening: boolean): void => {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(deadline, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
