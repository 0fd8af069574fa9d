import type { LoopDelay } from '../daemon-process.ts';
import type { Target } from './target.ts';

/** An API server that the bench drives, with all that it needs. Disposing it removes everything. */
export interface MeasuredServer extends AsyncDisposable {
  readonly name: string;
  readonly target: Target;
  /** Its processes and those of its store. */
  pids(): readonly number[];
  /** Ends its processes. */
  stop(): Promise<void>;
  /** Starts them again on the same data; they may not serve yet when this resolves. */
  start(): Promise<void>;
  /** Runs `work` and tells what its event loop did meanwhile, where it has one. */
  loopDelay?(work: () => Promise<void>): Promise<LoopDelay>;
}
