import type { InstanceState } from '../../runtime/ports/containers.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Outcome } from '../engine/contract.ts';
import { graceOf, type Ending } from './ending.ts';
import { STOP_SIGNAL_LABEL } from './names.ts';
import { beginPreStop, isPreStopUnderWay } from './pre-stop.ts';
import { removeProbes } from './probe-keys.ts';
import { withdrawNames } from './reach.ts';
import { SIGKILL, signalNumber, SIGTERM } from './signals.ts';
import type { Stop } from './stops.ts';
import type { Work } from './work.ts';

const DEFAULT_GRACE_SECONDS = 30;
/** However long a hook took, the process has this long between its signal and its end. */
const LAST_WORDS_MS = 2000;
/** A process in the kernel's hands dies late: killed again after this. */
const KILL_AGAIN_MS = 5000;

/**
 * Has an instance's process stopped: its preStop hook, then the signal, and when its time of grace is over, it is killed. The end of the
 * hook and the exit event start the next pass; until then the outcome says what is waited for. `ending`: why it is a failed run. `since`: when
 * its time of grace began, in milliseconds.
 */
export async function stopInstance(
  work: Work,
  instance: InstanceState,
  cause: string,
  ending?: Ending,
  since = work.context.clock.now(),
): Promise<Outcome> {
  const { context, deps } = work;
  const { id } = instance;
  const now = context.clock.now();
  const graceMs = graceSeconds(work, ending) * 1000;
  const asked = deps.stops.get(id);
  const before = asked?.withdrawn ? undefined : asked;
  const stop = before ?? { id, since };
  const told = ending?.reason ?? REASONS.Stopping;
  removeProbes(deps.probes, id);
  deps.hooks.abort(id, 'postStart');
  // Should its exit event be lost, the next pass asks the runtime.
  deps.instances.changed(id);
  if (before === undefined) await withdrawNames(work);
  if (graceMs > 0 && stop.signalledAt === undefined && stop.killedAt === undefined) {
    const signal = stopSignal(work, instance);
    if (before === undefined) context.event('Normal', REASONS.Killing, `stopping with signal ${signal}: ${cause}`);
    const hookLeft = stop.since + graceMs - now;
    if (before === undefined ? beginPreStop(work, instance) : isPreStopUnderWay(work, instance, hookLeft)) {
      deps.stops.set(stop);
      return stopping(told, `its preStop hook is under way: ${cause}`, Math.max(1, hookLeft));
    }
    await deps.containers.kill(id, signal);
    const signalled = { ...stop, signalledAt: now };
    deps.stops.set(signalled);
    return stopping(told, `asked to stop: ${cause}`, Math.max(1, endOf(signalled, graceMs) - now));
  }
  const left = before === undefined ? 0 : endOf(before, graceMs) - now;
  if (left > 0) return stopping(told, `asked to stop: ${cause}`, left);
  deps.hooks.abort(id);
  if (stop.killedAt === undefined || now - stop.killedAt >= KILL_AGAIN_MS) {
    context.event('Warning', REASONS.Killing, `killed after ${graceMs / 1000}s of grace: ${cause}`);
    await deps.containers.kill(id, SIGKILL, { all: true });
    deps.stops.set({ ...stop, killedAt: now });
  }
  return stopping(told, `killed: ${cause}`, KILL_AGAIN_MS);
}

/** When its time of grace is over, in milliseconds. */
function endOf({ since, signalledAt = since }: Stop, graceMs: number): number {
  return Math.max(since + graceMs, signalledAt > since ? signalledAt + LAST_WORDS_MS : 0);
}

function graceSeconds({ container: { metadata, spec } }: Work, ending: Ending | undefined): number {
  const own = ending && graceOf(ending, spec);
  const wanted = own ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  // 0 stands on every custom resource that is deleted; only another number is somebody's wish, and 1 is the least.
  return metadata.deletionGracePeriodSeconds || wanted;
}

/** The spec's, else the one the image had when the instance was made. */
function stopSignal({ container }: Work, { labels }: InstanceState): number {
  const wanted = container.spec.lifecycle?.stopSignal ?? labels[STOP_SIGNAL_LABEL];
  return (wanted === undefined ? undefined : signalNumber(wanted)) ?? SIGTERM;
}

const stopping = (reason: string, message: string, requeueAfterMs: number): Outcome => ({
  type: 'progressing',
  reason,
  message,
  requeueAfterMs,
});
