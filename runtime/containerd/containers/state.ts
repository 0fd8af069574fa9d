import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Container } from '../../../proto/gen/containerd/containers_pb.ts';
import { Status, type Process } from '../../../proto/gen/containerd/types/process_pb.ts';
import type { InstanceState, TaskState } from '../../ports/containers.ts';
import { unlessGone } from '../errors.ts';
import { callerLabels, MANIFEST_LABEL, ownerOf, storeFilter, STORE_LABEL } from '../labels.ts';
import type { ContainersContext } from './context.ts';
import { CHAIN_LABEL } from './create.ts';

const RESERVED = new Set([CHAIN_LABEL]);

/** Two calls, however many instances there are. */
export async function listInstances(context: ContainersContext, signal?: AbortSignal): Promise<InstanceState[]> {
  const { services, identity } = context.connection;
  const [{ containers }, { tasks }] = await Promise.all([
    services.containers.list({ filters: [storeFilter(identity)] }, { signal }),
    services.tasks.list({}, { signal }),
  ]);
  const processes = new Map(tasks.map((task) => [task.containerId === '' ? task.id : task.containerId, task]));
  return containers.map((container) => instanceState(container, processes.get(container.id)));
}

/** Undefined when there is no record of that id, or when it is not ours. */
export async function getInstance(
  context: ContainersContext,
  id: string,
  signal?: AbortSignal,
): Promise<InstanceState | undefined> {
  const { services, identity } = context.connection;
  const [record, task] = await Promise.all([
    unlessGone(services.containers.get({ id }, { signal })),
    unlessGone(services.tasks.get({ containerId: id }, { signal })),
  ]);
  const container = record?.container;
  if (container === undefined || container.labels[STORE_LABEL] !== identity) return undefined;
  return instanceState(container, task?.process);
}

function instanceState(container: Container, process: Process | undefined): InstanceState {
  const { id, labels } = container;
  const manifestDigest = labels[MANIFEST_LABEL];
  return {
    id,
    owner: ownerOf(labels),
    labels: callerLabels(labels, RESERVED),
    ...(manifestDigest === undefined ? {} : { manifestDigest }),
    ...(process === undefined ? {} : { task: taskState(process) }),
  };
}

function taskState(process: Process): TaskState {
  const status = statusOf(process.status);
  if (status !== 'stopped') return { status, pid: process.pid };
  return {
    status,
    pid: process.pid,
    exitCode: process.exitStatus,
    ...(process.exitedAt === undefined ? {} : { exitedAt: rfc3339(process.exitedAt) }),
  };
}

function statusOf(status: Status): TaskState['status'] {
  switch (status) {
    case Status.CREATED:
      return 'created';
    case Status.RUNNING:
      return 'running';
    case Status.STOPPED:
      return 'stopped';
    case Status.PAUSED:
    case Status.PAUSING:
      return 'paused';
    default:
      return 'unknown';
  }
}

/** RFC 3339 with nanoseconds, in UTC. */
export function rfc3339(time: Timestamp): string {
  const seconds = new Date(timestampMs({ ...time, nanos: 0 })).toISOString().slice(0, -'.000Z'.length);
  return `${seconds}.${String(time.nanos).padStart(9, '0')}Z`;
}
