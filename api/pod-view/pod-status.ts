import type { Container, ContainerStatus, ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { compareQuantities, isQuantity, parseQuantity } from '../../schemas/values/quantity.ts';
import { present } from './pod-spec.ts';

type Fields = Readonly<Record<string, unknown>>;

/** core/v1 PodStatus of a Container: one container status, and the conditions that follow from it. */
export function podStatusOf(container: Container): Fields {
  const { metadata, spec, status = {} } = container;
  const { observedGeneration, phase = 'Pending' } = status;
  return present({
    observedGeneration,
    phase,
    conditions: conditionsOf(container),
    podIP: status.ip,
    podIPs: status.networks?.[0]?.ips?.map((ip) => ({ ip })),
    startTime: metadata.creationTimestamp,
    qosClass: qualityOf(spec),
    containerStatuses: [containerStatusOf(metadata.name, spec.image, status)],
  });
}

function containerStatusOf(name: string, wanted: string | undefined, status: ContainerStatus): Fields {
  const { image = wanted ?? '', imageID = '', containerID, restartCount = 0, lastState, started = false } = status;
  return present({
    name,
    state: stateOf(status),
    lastState: lastState?.terminated === undefined ? {} : { terminated: ended(lastState.terminated) },
    ready: isReady(status),
    restartCount,
    image,
    imageID,
    containerID,
    started,
  });
}

function stateOf({ state: { running, waiting, terminated } = {} }: ContainerStatus): Fields {
  if (running !== undefined) return { running };
  if (terminated !== undefined) return { terminated: ended(terminated) };
  return { waiting: waiting ?? { reason: 'ContainerCreating' } };
}

/** core/v1 has no process id there. */
const ended = ({ pid: _pid, ...run }: ContainerStatusStateTerminated): Fields => ({
  ...run,
  exitCode: run.exitCode ?? 0,
});

const readyOf = ({ conditions = [] }: ContainerStatus) => conditions.find(({ type }) => type === 'Ready');

/** A run that is over is Ready as an object, and serves nobody as a Pod. */
const isReady = (status: ContainerStatus): boolean =>
  status.state?.running !== undefined && readyOf(status)?.status === 'True';

/** They change when Ready does, or were true from the start. */
function conditionsOf({ metadata, spec, status = {} }: Container): readonly Fields[] {
  const since = metadata.creationTimestamp;
  const { lastTransitionTime = since, reason, message } = readyOf(status) ?? {};
  const condition = (type: string, isTrue: boolean, lastTransitionTime: string, why: Fields = {}): Fields => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime,
    ...(isTrue ? {} : why),
  });
  const over = status.phase === 'Succeeded';
  const why = over ? { reason: 'PodCompleted' } : present({ reason: reason ?? 'ContainersNotReady', message });
  return [
    condition('PodScheduled', spec.nodeName !== undefined, since),
    condition('Initialized', true, since),
    condition('ContainersReady', isReady(status), lastTransitionTime, why),
    condition('Ready', isReady(status), lastTransitionTime, why),
  ];
}

/** core/v1's classes: limits for both and nothing less requested, anything, nothing. */
function qualityOf({ resources: { limits = {}, requests = {} } = {} }: Container['spec']): string {
  const both = ['cpu', 'memory'] as const;
  if (both.every((name) => limits[name] === undefined && requests[name] === undefined)) return 'BestEffort';
  const guaranteed = both.every((name) => {
    const limit = limits[name];
    return limit !== undefined && sameQuantity(limit, requests[name] ?? limit);
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

const sameQuantity = (a: string | number, b: string | number): boolean =>
  isQuantity(a) && isQuantity(b) && compareQuantities(parseQuantity(a), parseQuantity(b)) === 0;
