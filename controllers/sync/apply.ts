import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { extentOf, union, writtenExtent } from '../../schemas/values/apply-set/extent.ts';
import { partOf } from '../../schemas/values/apply-set/marks.ts';
import { isNamespace } from '../../schemas/values/apply-set/order.ts';
import { parentPatch } from './apply-set.ts';
import { refOf } from '../engine/keys.ts';
import { inSlices } from '../engine/slices.ts';
import { shownObject, type ObjectId } from './names.ts';
import { isHeldBy, otherSyncs } from './others.ts';
import { inParallel } from './parallel.ts';
import { planObject, type ObjectStep } from './plan.ts';
import { compareWithWanted, send } from './send.ts';
import { ignoredPointers, sentDigest } from './sent.ts';
import type { Target } from './target.ts';
import type { Visit } from './visit.ts';
import { count } from './words.ts';

export interface Refusal {
  /** `apps/web.yaml:3:1: Container default/web: …`. */
  readonly text: string;
  readonly retryInMs: number;
}

/** What became of the objects of one pass. */
export interface Applied {
  created: number;
  configured: number;
  /** Somebody else had changed or deleted them. */
  corrected: number;
  readonly refused: Refusal[];
  /** What has to happen first, for people. */
  readonly pending: string[];
  /** Objects that other Syncs have, for people. */
  readonly theirs: string[];
  /** In mode Warn: how objects differ, for people. */
  readonly differing: string[];
}

interface Planned {
  readonly target: Target;
  readonly live: KubeObject | undefined;
  readonly sent: string;
  readonly pointers: readonly string[];
  readonly step: ObjectStep;
}

export const findLive = (visit: Visit, { wanted: { object, scope } }: Target): KubeObject | undefined =>
  visit.deps.members.find(object, scope === 'Cluster' ? undefined : object.metadata.namespace, object.metadata.name);

/**
 * Makes every object what it should be: those that others need first. What is so already costs no call. Rejects when the server cannot be reached; what it
 * refuses is in the answer, and stops nothing else.
 */
export async function applyAll(visit: Visit, targets: readonly Target[], wasApplied: boolean): Promise<Applied> {
  const applied: Applied = {
    created: 0,
    configured: 0,
    corrected: 0,
    refused: [],
    pending: [],
    theirs: [],
    differing: [],
  };
  const planned = await planAll(visit, targets, wasApplied);
  const sending = planned.filter(({ step }) => step.type === 'apply').length;
  if (sending > 0) await widenExtent(visit, targets);
  if (sending > MANY) tellProgress(visit, sending);
  const first = planned.filter(({ target }) => target.isFirst);
  await inParallel(first, (one) => act(one, visit, applied));
  const isReachable = reachable(visit, first);
  const rest = planned.filter(({ target }) => !target.isFirst);
  await inParallel(
    rest.filter((one) => isReachable(one, applied)),
    (one) => act(one, visit, applied),
  );
  return applied;
}

async function planAll(visit: Visit, targets: readonly Target[], wasApplied: boolean): Promise<readonly Planned[]> {
  const { sync, set, memory, context, deps } = visit;
  const { signal, clock } = context;
  const mode = sync.spec.drift?.mode ?? 'Enforce';
  const now = clock.now();
  const found: Omit<Planned, 'step'>[] = [];
  let isMixed = false;
  const look = (target: Target): void => {
    const live = findLive(visit, target);
    const owner = live && partOf(live);
    isMixed ||= owner !== undefined && owner !== set;
    const pointers = ignoredPointers(sync, target.wanted);
    found.push({ target, live, pointers, sent: sentDigest(target, pointers) });
  };
  await inSlices(targets, look, signal);
  signal.throwIfAborted();
  const others = isMixed ? await otherSyncs(visit) : [];
  const planned: Planned[] = [];
  const plan = (one: Omit<Planned, 'step'>): void => {
    const { id } = one.target;
    const [remembered, refused] = [memory.objects.get(id), memory.refused.get(id)];
    const { sent, live } = one;
    const isTheirs = isHeldBy(others, live && partOf(live), id);
    const heldUntil = memory.heldUntil(id);
    const step = planObject({ sent, live, remembered, refused, heldUntil, set, isTheirs, mode, wasApplied, now });
    planned.push({ ...one, step });
  };
  await inSlices(found, plan, signal);
  signal.throwIfAborted();
  const awaited = planned.filter(({ step }) => step.type === 'wait' || step.type === 'theirs');
  deps.members.awaitObjects(visit.key, new Set(awaited.map(({ target }) => target.id)));
  return planned;
}

/** So many take their time, and somebody may be waiting. */
const MANY = 50;

function tellProgress({ context: { status } }: Visit, sending: number): void {
  const message = `applying ${count(sending, 'object')}`;
  status.condition({ type: 'Reconciling', status: 'True', reason: REASONS.Applying, message });
  status.progress();
}

/** Kinds and namespaces are told before the first object is there: nothing can be forgotten by a crash in between. */
async function widenExtent(visit: Visit, targets: readonly Target[]): Promise<void> {
  const { sync, context } = visit;
  const wanted = targets.map(({ wanted: { object } }) => object);
  const patch = parentPatch(sync, union(writtenExtent(sync.metadata), extentOf(wanted)));
  if (patch !== undefined) await context.client.patch(refOf(sync), patch, { type: 'merge', signal: context.signal });
}

/** Whether an object can be sent by now: its kind is served, and its namespace is not on its way out. */
function reachable(visit: Visit, first: readonly Planned[]): (one: Planned, applied: Applied) => boolean {
  const ending = new Set(
    first.flatMap(({ target, step }) =>
      step.type === 'wait' && isNamespace(target.wanted.object) ? [target.wanted.object.metadata.name] : [],
    ),
  );
  return ({ target: { wanted }, step }, applied) => {
    if (step.type === 'nothing') return true;
    const { object } = wanted;
    if (visit.deps.kinds.scopeOf(object) === undefined) {
      applied.pending.push(`${shownObject(object)}: its kind is not served yet`);
      return false;
    }
    const { namespace } = object.metadata;
    if (namespace === undefined || !ending.has(namespace)) return true;
    applied.pending.push(`${shownObject(object)}: its namespace is being deleted`);
    return false;
  };
}

async function act({ target, live, sent, pointers, step }: Planned, visit: Visit, applied: Applied): Promise<void> {
  const shown = shownObject(target.wanted.object);
  switch (step.type) {
    case 'nothing':
      return;
    case 'wait':
      applied.pending.push(`${shown}: it is being deleted, and made again then`);
      return;
    case 'theirs':
      applied.theirs.push(shown);
      return;
    case 'held':
      applied.pending.push(`${shown}: somebody changes it again and again, so it is set back less often`);
      visit.again(step.until - visit.context.clock.now());
      return;
    case 'refused': {
      const retryInMs = step.retryAt - visit.context.clock.now();
      applied.refused.push({ text: step.message, retryInMs });
      return;
    }
    case 'compare': {
      const fields = await compareWithWanted({ target, live, sent, pointers }, visit);
      if (fields === undefined) return;
      if ('refused' in fields) applied.refused.push(fields.refused);
      else applied.differing.push(`${shown}: ${fields.differing.join(', ')}`);
      return;
    }
    case 'apply': {
      const result = await send({ target, live, sent, pointers, cause: step.cause }, visit);
      if (result.type === 'refused') applied.refused.push(result.refusal);
      else if (result.type !== 'unchanged') applied[result.type] += 1;
    }
  }
}

/** The ids of everything that is wanted. */
export const idsOfTargets = (targets: readonly Target[]): ReadonlySet<ObjectId> => new Set(targets.map(({ id }) => id));
