import { setTimeout as delay } from 'node:timers/promises';
import { Control as ControlService } from '../../../proto/gen/buildkit/control_pb.ts';
import { isRuntimeError } from '../../errors.ts';
import type { BuildEvent } from '../../ports/builders.ts';
import type { Control } from '../control.ts';
import { createStepMemory, type StepMemory } from '../events.ts';
import type { GrpcConnection } from '../grpc/connection.ts';
import { CallError } from '../grpc/status.ts';
import { callServerStream } from '../grpc/typed.ts';
import { Told } from './told.ts';

/** What happens in a build, as long as the builder tells. */
export interface Following extends Disposable {
  readonly steps: StepMemory;
  /** Resolves when there is nothing more to hear: the build is over, or nobody is there who could tell. Never rejects. */
  readonly ended: Promise<void>;
  /** Whether the builder told anything yet. */
  heardAny(): boolean;
  /** The build is over, as others know: what is still told is heard, but nobody is asked anew. */
  over(): void;
}

/** How often in a row nobody may be reached. A builder that goes on with a build answers. */
const TRIES = 4;
const PAUSE = 100;

/**
 * May begin before the build does: the builder waits some seconds for it. It has a connection that others use, too, and that may be lost while the
 * build goes on over its own: then it is asked anew, and goes on where it was. `first`: a connection that stands.
 */
export function followBuild(
  control: Control,
  first: GrpcConnection,
  ref: string,
  onEvent: (event: BuildEvent) => void,
): Following {
  const steps = createStepMemory();
  const told = new Told();
  const stop = new AbortController();
  const over = new AbortController();
  let heard = false;
  let failures = 0;
  const read = async (connection: GrpcConnection): Promise<void> => {
    const updates = callServerStream(connection, ControlService.method.status, { ref }, { signal: stop.signal });
    for await (const update of updates) {
      heard = true;
      failures = 0;
      for (const event of steps.take(update)) if (told.isNew(event)) onEvent(event);
    }
  };
  const again = async (): Promise<void> => {
    await delay(PAUSE * failures, undefined, { signal: over.signal });
    const connection = await control.connection(over.signal);
    told.askAnew();
    await read(connection);
  };
  const follow = async (): Promise<void> => {
    for (let reading = read(first); ; reading = again()) {
      try {
        return await reading;
      } catch (error) {
        // How the build ended is in its own answer; what is missed here is told to nobody.
        if (!isLost(error) || over.signal.aborted || ++failures >= TRIES) return;
      }
    }
  };
  return {
    steps,
    ended: follow(),
    heardAny: () => heard,
    over: () => over.abort(),
    [Symbol.dispose]: () => {
      over.abort();
      stop.abort();
    },
  };
}

/** The connection went away, or there is none to be had. */
function isLost(error: unknown): boolean {
  return (error instanceof CallError && error.lost) || isRuntimeError(error, 'Unavailable');
}
