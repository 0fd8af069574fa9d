import type { InstanceState } from '../../runtime/ports/containers.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Outcome } from '../engine/contract.ts';
import { STOP_SIGNAL_LABEL } from './names.ts';
import { SIGKILL, signalNumber, SIGTERM } from './signals.ts';
import type { Work } from './work.ts';

const DEFAULT_GRACE_SECONDS = 30;
/** A process in the kernel's hands dies late: killed again after this. */
const KILL_AGAIN_MS = 5000;

/**
 * Asks an instance's process to stop, and kills it when its time of grace is over. Its exit event starts the next pass; until then
 * the outcome says what is waited for.
 */
export async function stopInstance(work: Work, instance: InstanceState, cause: string): Promise<Outcome> {
  const { container, context, deps } = work;
  const { uid } = container.metadata;
  const { id } = instance;
  const now = context.clock.now();
  const graceMs = graceSeconds(work) * 1000;
  const asked = deps.stops.get(uid, id);
  const before = asked?.withdrawn ? undefined : asked;
  // Should its exit event be lost, the next pass asks the runtime.
  deps.instances.changed(id);
  if (before === undefined && graceMs > 0) {
    const signal = stopSignal(work, instance);
    context.event('Normal', REASONS.Killing, `stopping with signal ${signal}: ${cause}`);
    await deps.containers.kill(id, signal);
    deps.stops.set(uid, { id, since: now });
    return stopping(`asked to stop: ${cause}`, graceMs);
  }
  const left = before === undefined ? 0 : before.since + graceMs - now;
  if (left > 0) return stopping(`asked to stop: ${cause}`, left);
  if (before?.killedAt === undefined || now - before.killedAt >= KILL_AGAIN_MS) {
    context.event('Warning', REASONS.Killing, `killed after ${graceMs / 1000}s of grace: ${cause}`);
    await deps.containers.kill(id, SIGKILL, { all: true });
    deps.stops.set(uid, { id, since: before?.since ?? now, killedAt: now });
  }
  return stopping(`killed: ${cause}`, KILL_AGAIN_MS);
}

function graceSeconds({ container: { metadata, spec } }: Work): number {
  const wanted = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  // 0 stands on every custom resource that is deleted; only another number is somebody's wish, and 1 is the least.
  return metadata.deletionGracePeriodSeconds || wanted;
}

/** The spec's, else the one the image had when the instance was made. */
function stopSignal({ container }: Work, { labels }: InstanceState): number {
  const wanted = container.spec.lifecycle?.stopSignal ?? labels[STOP_SIGNAL_LABEL];
  return (wanted === undefined ? undefined : signalNumber(wanted)) ?? SIGTERM;
}

const stopping = (message: string, requeueAfterMs: number): Outcome => ({
  type: 'progressing',
  reason: REASONS.Stopping,
  message,
  requeueAfterMs,
});
