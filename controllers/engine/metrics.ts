import type { Outcome } from './contract.ts';
import type { QueueStats } from './queue.ts';

/** Where the engine tells what it does; the daemon puts it into its metrics. */
export interface EngineMetrics {
  /** A pass over one object is over. `seconds` is wall time. */
  reconciled(controller: string, outcome: Outcome['type'], seconds: number): void;
}

export const noMetrics: EngineMetrics = { reconciled: () => undefined };

/** One controller as it is now, for a metrics page or a health check. */
export interface ControllerStats extends QueueStats {
  readonly controller: string;
  /** `waiting`: its caches are not filled yet. */
  readonly state: 'waiting' | 'running' | 'stopped';
  /** Objects that were there when it began and of which no pass has ended yet: what their status says is of an earlier run. */
  readonly unseen: number;
}
