/** Where an object of any kind stands, by the conventions that Kubernetes' kstatus library reads. */
import type { Condition, KubeObject } from '../object.ts';

export type ObjectState = 'InProgress' | 'Current' | 'Failed' | 'Terminating' | 'NotFound';

export interface ComputedStatus {
  readonly state: ObjectState;
  /** For a person; never empty. */
  readonly message: string;
}

interface WithStatus extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** Groups whose controllers always write `status.observedGeneration`: without it nobody has looked yet. */
const OBSERVING_GROUPS = ['tsmoby.dev/'];

/**
 * `undefined` stands for an object that is not there. Reads only metadata and status, so it works on objects of every
 * kind: those without conditions are Current as soon as they exist.
 */
export function computeStatus(object: KubeObject | undefined): ComputedStatus {
  if (!object) return { state: 'NotFound', message: 'Resource not found' };
  const { metadata, status, kind } = object as WithStatus;
  if (metadata.deletionTimestamp) return { state: 'Terminating', message: 'Resource scheduled for deletion' };
  const observed = status?.observedGeneration;
  if (observed === undefined && OBSERVING_GROUPS.some((group) => object.apiVersion.startsWith(group))) {
    return { state: 'InProgress', message: `${kind} has not been looked at by its controller yet` };
  }
  if (observed !== undefined && metadata.generation !== undefined && observed !== metadata.generation) {
    return {
      state: 'InProgress',
      message: `${kind} generation is ${metadata.generation}, but latest observed generation is ${observed}`,
    };
  }
  return fromConditions(status?.conditions ?? []);
}

function fromConditions(conditions: readonly Condition[]): ComputedStatus {
  const find = (type: string): Condition | undefined => conditions.find((one) => one.type === type);
  const stalled = find('Stalled');
  if (stalled?.status === 'True') return { state: 'Failed', message: textOf(stalled) };
  const reconciling = find('Reconciling');
  if (reconciling?.status === 'True') return { state: 'InProgress', message: textOf(reconciling) };
  const ready = find('Ready') ?? find('Established');
  if (ready === undefined) return { state: 'Current', message: 'Resource is current' };
  if (ready.status === 'True') return { state: 'Current', message: ready.message || 'Resource is Ready' };
  return { state: 'InProgress', message: textOf(ready) };
}

const textOf = ({ type, status, reason, message }: Condition): string =>
  message || reason || `condition ${type} is ${status}`;
