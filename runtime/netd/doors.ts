/** Ways into the networks of processes: one for each process, open while a probe needs it. */
import { isRuntimeError } from '../errors.ts';
import type { NetworkDoor } from '../ports/host.ts';
import type { Dial } from './program/ask-network.ts';

export interface Doors extends AsyncDisposable {
  /** Connections that begin inside of the network of this process. */
  dialInside(pid: number): Dial;
  /** Closes those of all other processes. */
  keepOnly(pids: ReadonlySet<number>): void;
}

export type OpenNetwork = (pid: number) => Promise<NetworkDoor>;

export function createDoors(openNetwork: OpenNetwork): Doors {
  const doors = new Map<number, Promise<NetworkDoor>>();
  const open = (pid: number): Promise<NetworkDoor> => {
    const door = doors.get(pid) ?? openNetwork(pid);
    doors.set(pid, door);
    // One that did not open is tried again with the next question.
    door.catch(() => doors.get(pid) === door && doors.delete(pid));
    return door;
  };
  const close = async (pid: number): Promise<void> => {
    const door = doors.get(pid);
    doors.delete(pid);
    await (await door?.catch(() => undefined))?.[Symbol.asyncDispose]();
  };
  return {
    dialInside: (pid) => async (port, signal) => {
      try {
        const socket = await (await open(pid)).dial(port, signal);
        const destroy = (): void => void socket.destroy();
        signal.addEventListener('abort', destroy, { once: true });
        socket.once('close', () => signal.removeEventListener('abort', destroy));
        return socket;
      } catch (error) {
        // The program in there has gone, or cannot be told from one that has: the next question opens the way anew.
        if (!isRefusal(error) && !signal.aborted) await close(pid);
        throw error;
      }
    },
    keepOnly(pids) {
      for (const pid of doors.keys()) if (!pids.has(pid)) void close(pid);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...doors.keys()].map(close));
    },
  };
}

/** The door is well, and who is asked is not. */
function isRefusal(error: unknown): boolean {
  return isRuntimeError(error, 'Unavailable') && /\bE[A-Z]{4,}\b/.test(error.message);
}
