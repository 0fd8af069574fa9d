import type { Client } from '../../client/client.ts';
import type { KindRef } from '../../schemas/object.ts';
import type { AnyController, Key, Reader } from './contract.ts';
import { ControllerLoop } from './controller-loop.ts';
import type { Clock, Log, Timers } from './environment.ts';
import { EventRecorder } from './events.ts';
import { Informers } from './informers.ts';
import { noMetrics, type ControllerStats, type EngineMetrics } from './metrics.ts';
import { componentOf } from './reconcile-object.ts';
import { planChanges } from './planning/plan-changes.ts';
import type { PlanningController } from './planning/foresight.ts';
import { NotReadyError, type Plan } from './planning/question.ts';
import type { Runnable } from './runnable.ts';
import { systemTimers, within } from './timers.ts';
import { WriteThroughClient } from './write-through-client.ts';

/** How long passes may take to end once they were told to stop. */
const DRAIN_MS = 10_000;
/** How long the last Events may take. */
const EVENTS_MS = 2000;

export interface ManagerOptions {
  /** Fills the caches; and does all else where `clientFor` is absent. */
  readonly client: Client;
  /** The client of one controller, user `system:controller:<name>`. */
  readonly clientFor?: (controller: string) => Client;
  readonly controllers: readonly AnyController[];
  readonly runnables?: readonly Runnable[];
  readonly clock: Clock;
  readonly timers?: Timers;
  /** 0 ≤ random() < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics?: EngineMetrics;
  /** Milliseconds for passes to end at stop; after that their writes are cut off. Default 10 s. */
  readonly drainMs?: number;
}

/** Runs controllers on shared caches. Disposing it stops them. */
export interface Manager extends AsyncDisposable {
  /**
   * Each controller starts as soon as its own caches are filled; resolves when all run, or `stop` was called. Whoever does not need
   * that need not wait: it never rejects.
   */
  start(): Promise<void>;
  /** No new passes, running ones aborted and awaited, Events written, watches ended. Can be called again. */
  stop(): Promise<void>;
  readonly informers: Informers;
  stats(): readonly ControllerStats[];
  /** What the controllers would do if objects were as the question says. */
  readonly plan: Plan;
  /** Whom the start still waits for, in words; undefined when every object that was there has been looked at by now. */
  notReady(): string | undefined;
}

export function createManager(options: ManagerOptions): Manager {
  const { client, clock, random, log, metrics = noMetrics, timers = systemTimers, drainMs = DRAIN_MS } = options;
  const { controllers, runnables = [], clientFor = () => client } = options;
  const stopping = new AbortController();
  const hardStop = new AbortController();
  const informers = new Informers({ client, clock, timers, random, log });
  const environment = { informers, clock, timers, random, log };
  const clientOf = new Map([...controllers, ...runnables].map(({ name }) => [componentOf(name), clientFor(name)]));
  const recorder = new EventRecorder({ ...environment, clientOf: (component) => clientOf.get(component) ?? client });
  const loops = controllers.map(
    (controller) =>
      new ControllerLoop({
        ...environment,
        controller,
        client: clientFor(controller.name),
        recorder,
        metrics,
        hardStop: hardStop.signal,
      }),
  );
  const running: AsyncDisposable[] = [];

  const startLoop = async (loop: ControllerLoop): Promise<void> => {
    try {
      await loop.start(stopping.signal);
    } catch (error) {
      log.error({ controller: loop.stats.controller, error }, 'a controller did not start');
    }
  };
  const startRunnable = (runnable: Runnable): void => {
    const { name } = runnable;
    const own = new WriteThroughClient(clientFor(name), (object) => informers.observe(object));
    try {
      running.push(
        runnable.start({
          ...environment,
          client: own,
          event: (object, type, reason, message) =>
            recorder.record({ component: componentOf(name), object, type, reason, message }),
        }),
      );
    } catch (error) {
      log.error({ controller: name, error }, 'a controller did not start');
    }
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    const ended = Promise.allSettled([
      ...loops.map((loop) => loop.stop()),
      ...running.map((runnable) => runnable[Symbol.asyncDispose]()),
    ]);
    if (!(await within(timers, drainMs, ended))) log.warn({ drainMs }, 'controllers did not stop in time');
    await recorder.close(EVENTS_MS);
    hardStop.abort();
    await informers[Symbol.asyncDispose]();
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = (): Promise<void> => (stopped ??= stop());

  const stats = (): readonly ControllerStats[] => loops.map((loop) => loop.stats);
  const plan: Plan = async (changes, signal) => {
    const late = stats().filter(({ state }) => state !== 'running');
    if (late.length > 0) throw new NotReadyError(notReady(late) ?? '');
    const sights = controllers.map((controller, at) => ({
      controller: controller as unknown as PlanningController,
      before: loops[at]?.reader as Reader,
    }));
    const find = (kind: KindRef, key: Key) => informers.find(kind)?.get(key);
    return planChanges(changes, { sights, find, clock, log }, signal);
  };
  return {
    plan,
    informers,
    async start() {
      if (stopping.signal.aborted) return;
      for (const runnable of runnables) startRunnable(runnable);
      await Promise.all(loops.map(startLoop));
    },
    stop: stopOnce,
    stats,
    notReady: () => notReady(stats()),
    [Symbol.asyncDispose]: stopOnce,
  };
}

function notReady(stats: readonly ControllerStats[]): string | undefined {
  const problems = stats.flatMap(({ controller, state, unseen }) => {
    if (state !== 'running') return [`${controller} ${state === 'waiting' ? 'has not begun' : 'has stopped'}`];
    return unseen === 0 ? [] : [`${controller} has not looked at ${unseen} yet`];
  });
  return problems.length === 0 ? undefined : problems.join(', ');
}
