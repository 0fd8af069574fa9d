import { Control as ControlService, type ListWorkersResponse } from '../../proto/gen/buildkit/control_pb.ts';
import type { Platform } from '../../proto/gen/buildkit/source_pb.ts';
import type { WorkerRecord } from '../../proto/gen/buildkit/worker_pb.ts';
import { RuntimeError } from '../errors.ts';
import type { BuilderFacts, BuilderWorker } from '../ports/builders.ts';
import { isCall } from './errors.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { GrpcConnection } from './grpc/connection.ts';
import { STATUS } from './grpc/status.ts';
import { callUnary } from './grpc/typed.ts';

const DEADLINE = 10_000;
const LABEL = 'org.mobyproject.buildkit.worker.';

/** Networks of workers that are the machine's own, or none. */
const UNSHARED = new Set(['host', 'none']);

/** Asks a builder who it is. What it can do is told by its labels, never by its version: Debian's says `v0.0.0+unknown`. */
export async function askFacts(
  endpoint: Endpoint,
  connection: GrpcConnection,
  signal: AbortSignal | undefined,
): Promise<BuilderFacts> {
  const settings = { signal, deadline: DEADLINE };
  const [workers, version, bridge] = await Promise.all([
    callUnary(connection, ControlService.method.listWorkers, {}, settings),
    askVersion(connection, signal),
    endpoint.hasBridge(signal),
  ]);
  return factsOf(endpoint, workers, version, bridge);
}

/** What follows from a builder's own words. `bridge`: undefined where the label of the worker says which network steps have. */
export function factsOf(
  { kind, title }: Pick<Endpoint, 'kind' | 'title'>,
  { record }: Pick<ListWorkersResponse, 'record'>,
  version: string,
  bridge: boolean | undefined,
): BuilderFacts {
  const workers = record.map(workerOf);
  const [first] = workers;
  if (first === undefined) {
    throw new RuntimeError('Unavailable', `${title} has no worker`, { reason: 'BuilderUnavailable' });
  }
  const uuid = first.labels[`${LABEL}containerd.uuid`];
  const namespace = first.labels[`${LABEL}containerd.namespace`];
  return {
    kind,
    version: version === '' ? (record[0]?.buildkitVersion?.version ?? '') : version,
    workers,
    landing: first.executor === 'graphdriver' ? 'DockerArchive' : 'ContentStore',
    exporters: exportersOf(kind, first),
    ...(uuid === undefined ? {} : { containerdUuid: uuid }),
    ...(namespace === undefined ? {} : { containerdNamespace: namespace }),
    hasSandboxNetwork: bridge ?? !UNSHARED.has(first.labels[`${LABEL}network`] ?? ''),
  };
}

function exportersOf(kind: Endpoint['kind'], { executor }: BuilderWorker): string[] {
  if (executor === 'graphdriver') return ['moby', 'tar', 'local'];
  return ['image', 'oci', 'docker', 'tar', 'local', ...(kind === 'dockerd' ? ['moby'] : [])];
}

function workerOf({ id, labels, platforms }: WorkerRecord): BuilderWorker {
  const executor = labels[`${LABEL}executor`];
  return {
    id,
    executor: executor === 'containerd' || executor === 'oci' ? executor : 'graphdriver',
    platforms: [...new Set(platforms.map(platformOf))],
    labels,
  };
}

function platformOf({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== '').join('/');
}

/** Empty where the builder is too old to say. */
async function askVersion(connection: GrpcConnection, signal: AbortSignal | undefined): Promise<string> {
  try {
    const info = await callUnary(connection, ControlService.method.info, {}, { signal, deadline: DEADLINE });
    return info.buildkitVersion?.version ?? '';
  } catch (error) {
    if (isCall(error, STATUS.unimplemented)) return '';
    throw error;
  }
}
