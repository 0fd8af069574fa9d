import type { Client } from '../../client/client.ts';
import type { AnyController } from '../../controllers/engine/contract.ts';
import type { Clock, Timers } from '../../controllers/engine/environment.ts';
import { createManager, type Manager } from '../../controllers/engine/manager.ts';
import type { Runnable } from '../../controllers/engine/runnable.ts';
import { countingClient, type CountingClient } from './counting-client.ts';
import { recordingLog, type LogLine } from './recording-log.ts';

export interface RunningManager extends AsyncDisposable {
  readonly manager: Manager;
  readonly client: CountingClient;
  readonly lines: readonly LogLine[];
}

/** A started manager on a client that counts. */
export async function runManager(
  client: Client,
  parts: {
    readonly controllers?: readonly AnyController[];
    readonly runnables?: readonly Runnable[];
    readonly clock?: Clock;
    readonly timers?: Timers;
    readonly drainMs?: number;
  },
): Promise<RunningManager> {
  const log = recordingLog();
  const counting = countingClient(client);
  const { controllers = [], clock = { now: () => Date.now() }, ...rest } = parts;
  const manager = createManager({ ...rest, client: counting, controllers, clock, random: Math.random, log });
  await manager.start();
  return { manager, client: counting, lines: log.lines, [Symbol.asyncDispose]: () => manager.stop() };
}
