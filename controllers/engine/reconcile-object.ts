import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { settled, type Controller, type Outcome, type Reader, type ReconcileContext } from './contract.ts';
import { endgame } from './endgame.ts';
import type { Clock, Log, Timers } from './environment.ts';
import type { EventRecorder } from './events.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from './finalizer.ts';
import { compareVersions, type Key } from './keys.ts';
import { objectLog } from './object-log.ts';
import type { Pass } from './pass.ts';
import type { WorkQueue } from './queue.ts';
import { ObjectStatus } from './status.ts';
import { verdictOf, type Verdict } from './verdict.ts';
import { WriteThroughClient } from './write-through-client.ts';

/** A controller of any kind, inside the engine. */
export type GenericController = Controller<KubeObject, Record<string, unknown>>;

export interface ReconcileDeps {
  readonly controller: GenericController;
  readonly client: Client;
  readonly reader: Reader;
  readonly queue: WorkQueue;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Log;
  /** Shows a write of our own in the caches. */
  readonly observe: (object: KubeObject) => void;
  /** The manager gives up waiting: no more writes. */
  readonly hardStop: AbortSignal;
}

/**
 * One object, from its pass's begin to its end: deletion and finalizer, the reconciler, the endgame. Never rejects.
 * Resolves with the outcome; undefined when there was nothing to do, or the pass was cut short.
 */
export async function reconcileObject(
  key: Key,
  object: KubeObject,
  pass: Pass,
  reconcileId: string,
  deps: ReconcileDeps,
): Promise<Outcome | undefined> {
  const { controller, queue, random } = deps;
  if (isLetGo(controller, object)) {
    queue.forget(key);
    return undefined;
  }
  const log = objectLog(deps.log, controller.name, object, reconcileId);
  using status = new ObjectStatus(object, {
    ...deps,
    log,
    fieldManager: controller.name,
    signal: deps.hardStop,
    onWritten: (written, exact) => {
      pass.wrote(written, exact);
      deps.observe(written);
    },
  });
  const client = new WriteThroughClient(deps.client, (written) => {
    status.rebase(written);
    deps.observe(written);
  });
  const event: ReconcileContext<unknown>['event'] = (type, reason, message) =>
    deps.recorder.record({ component: componentOf(controller.name), object, type, reason, message });
  const context = { client, reader: deps.reader, clock: deps.clock, log, signal: pass.signal, status, event };
  const verdict = await attempt(object, context, pass, deps);
  if (verdict === undefined || verdict === 'released') {
    if (verdict === 'released') queue.forget(key);
    return undefined;
  }
  const conditions = controller.outcomeConditions !== false;
  return endgame(verdict, { key, queue, status, log, random, conditions, event });
}

/** Name under which a controller's Events go out. */
export const componentOf = (controller: string): string => `${controller}-controller`;

/** Being deleted, and this controller holds nothing of it. */
function isLetGo(controller: GenericController, object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp === undefined) return false;
  if (controller.finalizer === undefined) return !('finalize' in controller);
  return !hasFinalizer(object, controller.finalizer);
}

type Context = ReconcileContext<Record<string, unknown>> & { readonly status: ObjectStatus };

/** Calls the controller. Undefined: cut short, the object is looked at again if it is still there. */
async function attempt(
  object: KubeObject,
  context: Context,
  pass: Pass,
  deps: ReconcileDeps,
): Promise<Verdict | 'released' | undefined> {
  const { controller } = deps;
  try {
    if (object.metadata.deletionTimestamp === undefined) {
      const held = await hold(object, context, pass, deps);
      return { outcome: await controller.reconcile(held, context), quiet: false };
    }
    const outcome = (await controller.finalize?.(object, context)) ?? settled();
    if (outcome.type !== 'settled' || controller.finalizer === undefined) return { outcome, quiet: false };
    const left = await removeFinalizer(deps.client, object, controller.finalizer, deps.hardStop);
    if (left) deps.observe(left);
    return 'released';
  } catch (error) {
    return pass.signal.aborted ? undefined : verdictOf(error);
  }
}

/** The object with our finalizer on it. */
async function hold(object: KubeObject, context: Context, pass: Pass, deps: ReconcileDeps): Promise<KubeObject> {
  const { finalizer } = deps.controller;
  if (finalizer === undefined || hasFinalizer(object, finalizer)) return object;
  const held = await addFinalizer(deps.client, object, finalizer, pass.signal);
  pass.wrote(held, compareVersions(held.metadata.resourceVersion, object.metadata.resourceVersion) > 0);
  context.status.rebase(held);
  deps.observe(held);
  return held;
}
