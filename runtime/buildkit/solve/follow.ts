import { Control as ControlService } from '../../../proto/gen/buildkit/control_pb.ts';
import type { BuildEvent } from '../../ports/builders.ts';
import { createStepMemory, type StepMemory } from '../events.ts';
import type { GrpcConnection } from '../grpc/connection.ts';
import { callServerStream } from '../grpc/typed.ts';

/** What happens in a build, as long as the builder tells. */
export interface Following extends Disposable {
  readonly steps: StepMemory;
  /** Resolves when there is nothing more to hear: the build is over, or the connection. Never rejects. */
  readonly ended: Promise<void>;
  /** Whether the builder told anything yet. */
  heardAny(): boolean;
}

/** May begin before the build does: the builder waits some seconds for it. */
export function followBuild(connection: GrpcConnection, ref: string, onEvent: (event: BuildEvent) => void): Following {
  const steps = createStepMemory();
  const stop = new AbortController();
  let heard = false;
  const read = async (): Promise<void> => {
    const updates = callServerStream(connection, ControlService.method.status, { ref }, { signal: stop.signal });
    for await (const update of updates) {
      heard = true;
      for (const event of steps.take(update)) onEvent(event);
    }
  };
  return {
    steps,
    // How the build ended is in its own answer; what is missed here is told to nobody.
    ended: read().catch(() => undefined),
    heardAny: () => heard,
    [Symbol.dispose]: () => stop.abort(),
  };
}
