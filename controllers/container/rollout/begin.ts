import type { Container, ContainerStatus, ControllerRevision } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { changedFields } from '../../../schemas/values/container-change.ts';
import { formatMicroTime } from '../../../schemas/values/time.ts';
import type { ReconcileContext } from '../../engine/contract.ts';
import { revisionsOf } from './record.ts';
import { asItRuns, asItWas, readData, REVISION, revisionName } from './revision.ts';

type Context = Pick<ReconcileContext<ContainerStatus>, 'status' | 'reader' | 'clock' | 'event'>;
export type Rollout = NonNullable<ContainerStatus['rollout']>;

/** Notes, durably, that the spec asks for another revision than the one that was good last, and since when. */
export async function beginRollout(container: Container, context: Context): Promise<void> {
  const { status } = context;
  const wanted = revisionName(container);
  noteChange(container, context);
  status.set({ updateRevision: wanted });
  const { rollout, currentRevision } = status.current;
  if (wanted === currentRevision) {
    if (rollout !== undefined) status.set({ rollout: undefined });
    return;
  }
  if (!isNew(container, wanted, context)) return;
  status.set({ rollout: newRollout(container, wanted, context) });
  // The first has no deadline that a crash could move.
  if (currentRevision === undefined) return;
  const message = `rolling out revision ${wanted}`;
  context.event('Normal', REASONS.RolloutProgressing, message);
  // What was said of the change before is not said of this one.
  status.condition({ type: 'RolledOut', status: 'False', reason: REASONS.RolloutProgressing, message });
  await status.flush();
}

/** A change that nobody has begun with, or that failed and was asked for again. While paused, none begins but the first. */
function isNew({ spec, metadata }: Container, wanted: string, { status }: Context): boolean {
  const { rollout, currentRevision, conditions = [] } = status.current;
  if (spec.paused) return rollout === undefined && currentRevision === undefined;
  if (rollout?.revision !== wanted) return true;
  if (rollout.failure !== undefined) return rollout.generation !== metadata.generation;
  // Its time counts from the end of a pause.
  return conditions.some(({ type, reason }) => type === 'RolledOut' && reason === REASONS.RolloutPaused);
}

function newRollout({ metadata }: Container, revision: string, { status, clock }: Context): Rollout {
  const from = goodInstance(status.current);
  return {
    revision,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    startedAt: formatMicroTime(clock.now()),
    ...(from === undefined ? {} : { from }),
  };
}

/** The instance of the revision that was good last, as far as it is still there: another change that is under way may have taken it down. */
function goodInstance({
  rollout,
  containerID,
  conditions = [],
}: Readonly<Partial<ContainerStatus>>): string | undefined {
  if (rollout !== undefined) return rollout.from;
  const { reason } = conditions.find(({ type }) => type === 'RolledOut') ?? {};
  return reason === REASONS.RolloutComplete || reason === REASONS.RolloutPaused ? containerID : undefined;
}

/** Which fields differ from the spec before: the newest one that was written down. */
function noteChange(container: Container, { status, reader }: Context): void {
  const { generation } = container.metadata;
  if (generation === undefined || status.current.lastChange?.generation === generation) return;
  const before = revisionsOf(container, reader).at(-1);
  if (before === undefined) return;
  const { inPlace, replacement } = changedFields(readData(before).spec, container.spec);
  if (inPlace.length + replacement.length === 0) return;
  status.set({ lastChange: { generation, inPlace: [...inPlace], replacement: [...replacement] } });
}

/**
 * The Container as it is to be at present: as its spec says, or with the revision that was good last, while a change waits for the end of
 * a pause or has failed.
 */
export function aimOf(container: Container, { status, reader }: Pick<Context, 'status' | 'reader'>): Container {
  const aim = pastAim(container, status.current);
  const revision = aim === undefined ? undefined : findRevision(container, aim, { reader });
  if (revision === undefined) return container;
  return status.current.rollout?.reverted ? asItWas(container, revision) : asItRuns(container, revision);
}

/** What is to run was good before: back in its place it does not wait once more for what comes first. */
export function wasGood(
  container: Container,
  { rollout, currentRevision, conditions = [] }: Readonly<Partial<ContainerStatus>>,
): boolean {
  if (rollout !== undefined) return rollout.reverted ?? false;
  const isBack = conditions.some(({ type, status }) => type === 'RolledOut' && status === 'False');
  return isBack && currentRevision === revisionName(container);
}

/** Somebody deleted the revision that is to run in place of the spec of now, and nobody knows its spec any more. */
export function isAimLost(container: Container, { status, reader }: Pick<Context, 'status' | 'reader'>): boolean {
  const aim = pastAim(container, status.current);
  return aim !== undefined && findRevision(container, aim, { reader }) === undefined;
}

function pastAim(container: Container, { rollout, currentRevision }: Readonly<Partial<ContainerStatus>>) {
  const aim = rollout?.reverted ? currentRevision : (rollout?.revision ?? currentRevision);
  return aim === revisionName(container) ? undefined : aim;
}

export function findRevision(
  { metadata }: Container,
  name: string,
  { reader }: Pick<Context, 'reader'>,
): ControllerRevision | undefined {
  return reader.get<ControllerRevision>(REVISION, metadata.namespace ?? '', name);
}
