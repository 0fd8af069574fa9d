import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { Container, ContainerStatus } from '../../../schemas/gen/types.ts';
import { parseTime } from '../../../schemas/values/time.ts';
import { containerID, inSandbox } from '../names.ts';
import { findRevision } from '../rollout/begin.ts';
import { asItWas } from '../rollout/revision.ts';
import { endInstance, isAlive, removePlace } from './former.ts';
import { ownStatus } from './own-status.ts';
import { workOn, type Workers } from './workers.ts';

type Former = NonNullable<ContainerStatus['draining']>[number];

/** What was under way when ports and names moved has reached the process by then, and nobody keeps its address any more: names are good for a second. */
const FIRST_LOOK_MS = 1500;
/** A hook has this long at least, also when connections took all of the time of grace. */
const HOOK_MS = 2000;
const LOOK_MS = 250;
const DEFAULT_GRACE_SECONDS = 30;

/**
 * Instances whose place another one has taken go on with the connections that they have. Each is asked to stop as soon as it has none, and when
 * its time of grace is over at the latest. Answers after how many milliseconds to look again; undefined: there are none.
 */
export async function drain(container: Container, workers: Workers): Promise<number | undefined> {
  const { status, signal } = workers.context;
  const { draining = [] } = status.current;
  if (draining.length === 0) return undefined;
  const instances = await workers.deps.instances.of(container.metadata.uid, signal);
  const waits: number[] = [];
  for (const former of draining) {
    const instance = instances.find(({ id }) => containerID(id) === former.containerID);
    const wait = await drainOne(container, former, instance, workers);
    if (wait === undefined) remove(former, workers);
    else waits.push(wait);
  }
  return waits.length === 0 ? undefined : Math.min(...waits);
}

async function drainOne(
  container: Container,
  former: Former,
  instance: InstanceState | undefined,
  { context, deps }: Workers,
): Promise<number | undefined> {
  const { sandboxGeneration: generation, logRun: run, ip } = former;
  const own = inSandbox(asItServed(container, former, { context }), generation);
  // What it does last is told to it where it is, and of nothing that it does anything is written down.
  const status = ownStatus(context.status, ip === undefined ? {} : { ip });
  const work = workOn(own, { ...context, status }, deps, 'former');
  const since = parseTime(former.since) ?? 0;
  const { terminationGracePeriodSeconds = DEFAULT_GRACE_SECONDS, lifecycle } = own.spec;
  const late = context.clock.now() - terminationGracePeriodSeconds * 1000 + HOOK_MS;
  const graceSince = lifecycle?.preStop === undefined ? since : Math.max(since, late);
  if (instance !== undefined) {
    const wait = isAlive(instance) ? await serves(own, instance, since, { context, deps }) : undefined;
    if (wait !== undefined) return wait;
    const again = await endInstance(work, instance, { cause: 'another one took its place', since: graceSince, run });
    if (again !== undefined) return again;
  }
  await removePlace(work, generation);
  return undefined;
}

/** How long it may go on at least before it is looked at again; undefined: it is to be stopped. */
async function serves(
  { spec }: Container,
  { id, task }: InstanceState,
  since: number,
  { context, deps }: Pick<Workers, 'context' | 'deps'>,
): Promise<number | undefined> {
  const ran = context.clock.now() - since;
  const left = (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000 - ran;
  const stop = deps.stops.get(id);
  if (left <= 0 || (stop !== undefined && stop.withdrawn !== true)) return undefined;
  if (ran < FIRST_LOOK_MS) return Math.min(left, FIRST_LOOK_MS - ran);
  const connected = task !== undefined && (await deps.connections.areOpen(task.pid));
  return connected ? Math.min(left, LOOK_MS) : undefined;
}

function asItServed(container: Container, { revision }: Former, { context }: Pick<Workers, 'context'>): Container {
  const found = revision === undefined ? undefined : findRevision(container, revision, context);
  return found === undefined ? container : asItWas(container, found);
}

function remove(former: Former, { context: { status } }: Workers): void {
  const left = (status.current.draining ?? []).filter(({ containerID: id }) => id !== former.containerID);
  status.set({ draining: left.length === 0 ? undefined : left });
}
