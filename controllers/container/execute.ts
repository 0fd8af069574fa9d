import { isRuntimeError } from '../../runtime/errors.ts';
import type { InstanceState } from '../../runtime/ports/containers.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { formatTime } from '../../schemas/values/time.ts';
import type { Outcome } from '../engine/contract.ts';
import { backoffDelay } from './backoff.ts';
import { isRecreated, toldOf } from './configuration.ts';
import { condemn } from './ending.ts';
import { madeAs } from './made-as.ts';
import { containerID, IMAGE_LABEL, RESOURCES_LABEL } from './names.ts';
import type { Step } from './plan.ts';
import { checkPrepared } from './prepare.ts';
import { removeProbes } from './probe-keys.ts';
import { finish, recordExit, recordLoss, waitingReason } from './record.ts';
import { resourcesText, translateResources } from './resources.ts';
import { restartInstance } from './restart.ts';
import { startInstance } from './start.ts';
import { nextRestartCount } from './run-number.ts';
import { imageFields, inForce, runningStatus, type StatusFields } from './status.ts';
import { stopInstance } from './stop.ts';
import type { Work } from './work.ts';

/** `again`: the world changed, plan once more. An outcome: this pass ends here. Nothing: on to the next step. */
export type Executed = 'again' | Outcome | undefined;

type Executors = {
  readonly [T in Step['type']]: (
    work: Work,
    step: Extract<Step, { type: T }>,
    instances: readonly InstanceState[],
  ) => Promise<Executed>;
};

/** One step of a plan. Each can be done twice: a crash in any of them is mended by the next plan. */
export function execute(work: Work, step: Step, instances: readonly InstanceState[]): Promise<Executed> {
  const executor = EXECUTORS[step.type] as (
    work: Work,
    step: Step,
    seen: readonly InstanceState[],
  ) => Promise<Executed>;
  return executor(work, step, instances);
}

const EXECUTORS: Executors = {
  async RecordExit(work, step, instances) {
    const instance = instances.find(({ id }) => id === step.id);
    const container = (instance && madeAs(work.container, instance, work.context)) ?? work.container;
    await recordExit({ ...work, container }, step);
    return 'again';
  },
  async RecordLoss(work, { id, reason, cause }) {
    await recordLoss(work, id, reason, cause);
    return 'again';
  },
  async Adopt(work, { id, pid }) {
    await adopt(work, id, pid);
    return undefined;
  },
  async Condemn(work, { failure }) {
    await condemn(work, failure);
    return 'again';
  },
  async Stop(work, { id, cause, ending }, instances) {
    const instance = instances.find((candidate) => candidate.id === id);
    const asked = work.deps.stops.get(id) !== undefined;
    // What runs is kept until something can take its place.
    const keep = ending === undefined && !asked && instances.length === 1;
    if (work.image !== undefined && keep) await checkPrepared(work, work.image);
    if (instance === undefined) return undefined;
    const container = madeAs(work.container, instance, work.context) ?? work.container;
    return stopInstance({ ...work, container }, instance, cause, ending);
  },
  async Restart(work, { id, reason, cause }, instances) {
    const instance = instances.find((candidate) => candidate.id === id);
    // What runs is kept until it could be started again.
    const begins = work.context.status.current.restarting === undefined;
    if (work.image !== undefined && begins) await checkPrepared(work, work.image);
    return instance && restartInstance(work, instance, { reason, message: cause });
  },
  async Delete({ deps }, { id }) {
    await deps.containers.delete(id);
    deps.instances.remove(id);
    removeProbes(deps.probes, id);
    deps.hooks.abort(id);
    return 'again';
  },
  async Finish(work) {
    const { terminated } = work.context.status.current.lastState ?? {};
    if (terminated !== undefined) finish(work, terminated);
    return undefined;
  },
  async AwaitImage(work, { cause }) {
    // A wait that another instance earned.
    work.context.status.set({ nextStartTime: undefined });
    return work.blocked ?? { type: 'waiting', reason: REASONS.ImageNotReady, message: cause };
  },
  async AwaitDependencies(work, { hold }) {
    work.context.status.set({ nextStartTime: undefined });
    return hold;
  },
  async BackOff({ context }, { until, cause }) {
    const left = Math.max(1, until - context.clock.now());
    const { crashCount = 1, lastState: { terminated } = {} } = context.status.current;
    const { reason, message } = terminated ?? {};
    const told =
      terminated === undefined ? REASONS.CrashLoopBackOff : waitingReason(terminated, backoffDelay(crashCount));
    const last = [reason, message].filter(Boolean).join(': ');
    return { type: 'waiting', reason: told, message: `${cause}. The last run: ${last}`, requeueAfterMs: left };
  },
  async Create() {
    // Done by the Start that follows, beside the opening of the log.
    return undefined;
  },
  async Start(work, { id }, instances) {
    const current = instances.find((candidate) => candidate.id === id);
    return (await startInstance(work, id, current)) ? undefined : 'again';
  },
  async UpdateResources(work, { id }) {
    return updateResources(work, id);
  },
  async Relabel({ deps }, { id, source }) {
    await deps.containers.updateLabels(id, { [IMAGE_LABEL]: source });
    deps.instances.changed(id);
    return undefined;
  },
};

/** A process of ours whose start was not written down: the daemon ended in between. It is kept as it is. */
async function adopt(work: Work, id: string, pid: number): Promise<void> {
  const { container, context, deps } = work;
  const { status, clock, event } = context;
  const latest = await deps.logs.latestRun(container.metadata.uid);
  event('Normal', REASONS.Adopted, `found it running, pid ${pid}`);
  const startedAt = formatTime(clock.now());
  const resources = translateResources(container.spec.resources);
  status.set({
    ...imageFields(work),
    ...madeFor(work),
    logRun: latest ?? status.current.logRun ?? 0,
    restartCount: nextRestartCount(status.current),
    ...runningStatus({ containerID: containerID(id), pid, startedAt, resources }),
  });
}

/** An instance of this name was made for what the ConfigMaps and Secrets hold now. */
function madeFor({ configuration, configurationHash, context: { status } }: Work): StatusFields {
  const { configuration: told, configurationHash: last } = status.current;
  if (configurationHash === last) return {};
  const known = new Set(configuration.places.filter(isRecreated).map(({ source }) => source));
  return { configurationHash, configuration: toldOf(configuration, told, known) };
}

/** Limits change under the running process. What the kernel refuses is told, and tried again now and then; it is never a restart. */
async function updateResources({ container, context, deps }: Work, id: string): Promise<Executed> {
  const resources = translateResources(container.spec.resources);
  const { status, event } = context;
  try {
    await deps.containers.updateResources(id, resources);
  } catch (error) {
    if (!isRuntimeError(error, 'InvalidArgument', 'FailedPrecondition', 'Unsupported')) throw error;
    const { message } = error;
    status.condition({ type: 'ResourcesApplied', status: 'False', reason: REASONS.ResourcesRefused, message });
    event('Warning', REASONS.ResourcesRefused, message);
    return undefined;
  }
  await deps.containers.updateLabels(id, { [RESOURCES_LABEL]: resourcesText(resources) });
  deps.instances.changed(id);
  status.set({ resources: inForce(resources) });
  status.condition({ type: 'ResourcesApplied', status: 'True', reason: REASONS.Updated, message: 'changed in place' });
  event('Normal', REASONS.Updated, 'resources changed in place, without a restart');
  return undefined;
}
