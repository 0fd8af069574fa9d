import { fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { MetricsSchema as MetricsV1Schema } from '../../../proto/gen/containerd/cgroups-v1_pb.ts';
import { MetricsSchema as MetricsV2Schema } from '../../../proto/gen/containerd/cgroups-v2_pb.ts';
import { counterOf, readCgroup } from '../cgroup.ts';
import { unlessGone } from '../errors.ts';
import type { ContainersContext } from './context.ts';
import { decodeSpec } from './record-spec.ts';

/** From the cgroup itself, else from the shim's reading of it; 0 when neither knows. */
export async function oomKills(context: ContainersContext, id: string): Promise<number> {
  const { containers, tasks } = context.connection.services;
  const container = (await unlessGone(containers.get({ id })))?.container;
  if (container?.spec === undefined) return 0;
  const path = decodeSpec(container.spec.value).linux?.cgroupsPath;
  const counted = path === undefined ? undefined : await fromCgroup(context, path);
  if (counted !== undefined) return counted;
  const reading = await unlessGone(tasks.metrics({ filters: [`id==${JSON.stringify(id)}`] }));
  const data = reading?.metrics[0]?.data;
  return data === undefined ? 0 : fromMetrics(data);
}

async function fromCgroup(context: ContainersContext, path: string): Promise<number | undefined> {
  const { version } = context.facts.cgroups;
  const file = version === 1 ? 'memory.oom_control' : 'memory.events';
  return counterOf(await readCgroup({ root: context.cgroupRoot, version, path }, 'memory', file), 'oom_kill');
}

function fromMetrics(data: Any): number {
  switch (data.typeUrl.split('/').at(-1)) {
    case MetricsV1Schema.typeName:
      return Number(fromBinary(MetricsV1Schema, data.value).memoryOomControl?.oomKill ?? 0n);
    case MetricsV2Schema.typeName:
      return Number(fromBinary(MetricsV2Schema, data.value).memoryEvents?.oomKill ?? 0n);
    default:
      return 0;
  }
}
