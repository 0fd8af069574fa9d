/**
 * The program that runs inside of a network namespace: it connects where it is told and hands the connections out over its IPC channel.
 * It ends with that channel. In a file of its own without imports of ours: it must be there in a moment.
 */
import { connect, type Socket } from 'node:net';

/** What it is told: `id` comes back with the connection. */
interface Wish {
  readonly id: number;
  readonly port: number;
}

const HOSTS = ['127.0.0.1', '::1'] as const;
const TIMEOUT_MS = 10_000;

process.on('message', (wish: Wish) => void answer(wish));
process.on('disconnect', () => process.exit(0));
// the first word: it runs, so the namespace is open
process.send?.({ ready: true });

async function answer({ id, port }: Wish): Promise<void> {
  const reasons: string[] = [];
  for (const host of HOSTS) {
    try {
      process.send?.({ id }, await dial(host, port));
      return;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  process.send?.({ id, reason: reasons[0] });
}

async function dial(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  // what comes is for whoever gets the connection
  socket.pause();
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`connect ETIMEDOUT ${host}:${port}`)));
  socket.once('error', reject);
  socket.once('connect', () => resolve(socket));
  const connected = await promise;
  connected.setTimeout(0);
  return connected;
}
