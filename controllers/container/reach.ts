import { isRuntimeError } from '../../runtime/errors.ts';
import type { Publication } from '../../runtime/ports/publications.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Outcome } from '../engine/contract.ts';
import { portsStatus, publishedRanges } from './published-ports.ts';
import { ensureSandbox, sandboxId, servingGeneration, tellPlace, type Place } from './sandbox.ts';
import type { Work } from './work.ts';

/** A stranger's port may be free any moment, and nothing tells us when. */
const TAKEN_POLL_MS = 2000;

/**
 * How a container that runs is reached: interfaces, ports and names are as its spec says, without touching the process. Answers what is not so; undefined:
 * all is. What others keep from it (a port, a network) never ends it.
 */
export async function keepReachable(work: Work): Promise<Outcome | undefined> {
  const { status } = work.context;
  const place = await placeOf(work);
  if ('type' in place) {
    const { reason, message } = place;
    status.condition({ type: 'NetworksAttached', status: 'False', reason, message });
    return place;
  }
  status.removeCondition('NetworksAttached');
  tellPlace(work, place);
  // Nothing leads to it yet.
  if (work.side === 'next') return undefined;
  return await publish(work, place);
}

type Blocker = Extract<Outcome, { readonly reason: string }>;

async function placeOf(work: Work): Promise<Place | Blocker> {
  try {
    return await ensureSandbox(work, servingGeneration(work.context.status.current));
  } catch (error) {
    if (error instanceof ReconcileError && error.outcome.type !== 'settled') return error.outcome;
    throw error;
  }
}

/** Ports and names lead to this one from now on, in one step; nothing is done when they do. */
export async function lead(work: Work): Promise<void> {
  const place = await ensureSandbox(work, servingGeneration(work.context.status.current));
  const ports = publishedRanges(work.container);
  if (ports.length + place.memberships.length === 0) return;
  await work.deps.publications.publish(publicationOf(work, place, ports));
}

/** Ports and names lead to its sandbox. */
async function publish(work: Work, place: Place): Promise<Outcome | undefined> {
  const { container, context, deps } = work;
  const { status } = context;
  const ports = publishedRanges(container);
  if (ports.length === 0 && place.memberships.length === 0) {
    await deps.publications.withdraw(container.metadata.uid);
    status.set({ ports: undefined });
    status.removeCondition('PortsPublished');
    return undefined;
  }
  const answers = await deps.publications.publish(publicationOf(work, place, ports));
  if (ports.length === 0) {
    status.set({ ports: undefined });
    status.removeCondition('PortsPublished');
    return undefined;
  }
  status.set({ ports: portsStatus(container, answers) });
  const problems = answers.flatMap(({ problem }) => problem ?? []);
  const [first] = problems;
  if (first === undefined) {
    const message = `${answers.length} of ${answers.length} lead to it`;
    status.condition({ type: 'PortsPublished', status: 'True', reason: REASONS.Published, message });
    return undefined;
  }
  const message = problems.map((problem) => problem.message).join('; ');
  const { reason } = first;
  if (!isToldAlready(work, message)) context.event('Warning', reason, message);
  status.condition({ type: 'PortsPublished', status: 'False', reason, message });
  return { type: 'waiting', reason, message, requeueAfterMs: TAKEN_POLL_MS };
}

const isToldAlready = ({ context: { status } }: Work, message: string): boolean =>
  (status.current.conditions ?? []).some(
    (condition) => condition.type === 'PortsPublished' && condition.message === message,
  );

function publicationOf(
  { container, context, others = [] }: Work,
  place: Place,
  ports: Publication['ports'],
): Publication {
  const { metadata } = container;
  const { current } = context.status;
  const { pid } = current;
  return {
    owner: { uid: metadata.uid, namespace: metadata.namespace ?? '', name: metadata.name },
    sandbox: place.sandbox.id,
    names: place.memberships.map(({ uid, aliases }) => ({ network: uid, names: [metadata.name, ...aliases] })),
    ready: isServing(container, current),
    ...(others.length > 0 && { guests: others.map((number) => sandboxId(container, number)) }),
    ...(pid === undefined ? {} : { pid }),
    ports,
  };
}

/** Nobody new is to come: its names have no address from now on. It is told before the process is. */
export async function withdrawNames(work: Work): Promise<void> {
  work.context.status.set({ ready: false });
  await announceAbsence(work);
}

/** It is over: its ports are anybody's, and what was said of how it is reached, and of limits that were refused, is no more. */
export async function withdrawReach({ container, context: { status }, deps }: Work): Promise<void> {
  await deps.publications.withdraw(container.metadata.uid);
  status.set({ ports: undefined });
  for (const type of ['PortsPublished', 'NetworksAttached', 'ResourcesApplied'] as const) status.removeCondition(type);
}

/**
 * Nothing serves at present: its names follow, its ports stay its own. What is published of a former spec stays while its process serves. What cannot be
 * done now is done by the next pass, which trouble of another kind brings anyway.
 */
export async function announceAbsence({ container, context, deps, side }: Work): Promise<void> {
  // Ports and names are another one's.
  if (side === 'next' || side === 'former') return;
  try {
    await deps.publications.setReady(container.metadata.uid, isServing(container, context.status.current));
  } catch (error) {
    if (!isRuntimeError(error)) throw error;
    context.log.warn({ error }, 'names could not be taken back');
  }
}

/** Whether its names have an address. */
function isServing({ spec }: Container, { state, ready = true }: Readonly<Partial<ContainerStatus>>): boolean {
  return state?.running !== undefined && (ready || (spec.publishNotReadyAddresses ?? false));
}
