import type { Cell, KindDefinition, PrinterColumn } from '../kind-definition.ts';
import type { KubeObject } from '../object.ts';
import { humanAge } from '../values/duration.ts';
import { ageColumn } from './columns.ts';
import { container } from './container.ts';
import { podSpec } from './pod-spec.ts';
import { podStatus } from './pod-status.ts';

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly containers?: readonly unknown[] };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly ContainerState[];
  };
}

interface ContainerState {
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number; readonly signal?: number };
  };
  readonly lastState?: { readonly terminated?: { readonly finishedAt?: string } };
}

const statusesOf = ({ status }: Pod): readonly ContainerState[] => status?.containerStatuses ?? [];

/** The most telling word, as `kubectl get pods` has it. */
function summary(pod: Pod): string {
  const { metadata, status: { reason, phase = 'Unknown' } = {} } = pod;
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const telling = statusesOf(pod).map(({ state: { waiting, terminated } = {} }) => {
    if (waiting?.reason) return waiting.reason;
    if (terminated === undefined) return undefined;
    return terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`);
  });
  return telling.find((word) => word !== undefined) ?? (reason || phase);
}

/** `3 (5m ago)`: how often, and when last. */
function restarts(pod: Pod, now: number): string {
  const statuses = statusesOf(pod);
  const count = statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const ends = statuses.map(({ lastState }) => lastState?.terminated?.finishedAt ?? '');
  const last = ends.reduce((latest, end) => (Date.parse(end) > Date.parse(latest) || latest === '' ? end : latest), '');
  return count === 0 || last === '' ? String(count) : `${count} (${humanAge(last, now)} ago)`;
}

const column = (
  name: string,
  jsonPath: string,
  of: (pod: Pod, now: number) => Cell,
  more: Partial<PrinterColumn> = {},
): PrinterColumn => ({ name, type: 'string', jsonPath, computeAt: (object, now) => of(object, now), ...more });

const NONE = '<none>';
const wide = { priority: 1 };

/**
 * core/v1 Pod, as a view: each Container is also seen as a Pod with one container, so that `kubectl logs`, `exec` and all
 * programs that know nothing but Pods work. What can be written is the Container.
 */
export const pod: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  listKind: 'PodList',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  // not in `all`: whoever deletes all would meet a refusal for each view, and sees the Containers there anyway
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  storedAs: { group: container.group, plural: container.plural },
  readOnly: 'pods are a read-only view of containers.tsmoby.dev: write to containers.tsmoby.dev instead',
  selectableFields: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  columns: [
    column('Ready', '.status.containerStatuses', (pod) => {
      const ready = statusesOf(pod).filter((one) => one.ready).length;
      return `${ready}/${pod.spec?.containers?.length ?? 0}`;
    }),
    column('Status', '.status.phase', summary),
    column('Restarts', '.status.containerStatuses', restarts),
    ageColumn,
    column('IP', '.status.podIP', ({ status }) => status?.podIP || NONE, wide),
    column('Node', '.spec.nodeName', ({ spec }) => spec?.nodeName || NONE, wide),
    column('Nominated Node', '.status.nominatedNodeName', () => NONE, wide),
    column('Readiness Gates', '.spec.readinessGates', () => NONE, wide),
  ],
  schema: {
    type: 'object',
    description:
      'A Container as a Pod with one container. It can be read; what is changed or deleted is the Container.',
    properties: { metadata: { type: 'object' }, spec: podSpec, status: podStatus },
  },
};
