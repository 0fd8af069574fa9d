import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Reason } from './contract.ts';
import type { Clock, Log, Timers } from './environment.ts';
import type { Informers } from './informers.ts';

/** What runs under the manager without being a controller of one kind: the garbage collector. */
export interface Runnable {
  /** As `Controller.name`. */
  readonly name: string;
  /** Disposed at stop, awaited within the drain deadline. */
  start(context: RunnableContext): AsyncDisposable;
}

export interface RunnableContext {
  /** As the user `system:controller:<name>`. */
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** As `ReconcileContext.event`, of any object. */
  event(this: void, object: KubeObject, type: 'Normal' | 'Warning', reason: Reason, message: string): void;
}
