import { RuntimeError } from '../../errors.ts';
import type { InstanceResources } from '../../ports/containers.ts';
import { readCgroup, type CgroupLocation } from '../cgroup.ts';
import { isGrpc, toRuntimeError } from '../errors.ts';
import { ociLimits, ociLimitsUpdate } from '../spec/resources.ts';
import type { ContainersContext } from './context.ts';
import { SPEC_TYPE } from './create.ts';
import { decodeSpec, encodeSpec, type RecordSpec } from './record-spec.ts';

/** [S] The name under which containerd knows linux.resources of the OCI spec; the value is JSON. */
const RESOURCES_TYPE = 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources';

/** The task first, as the kernel may refuse; then the record, or the next start would bring the old limits back. */
export async function updateResources(
  context: ContainersContext,
  id: string,
  wanted: InstanceResources,
): Promise<void> {
  const { containers } = context.connection.services;
  const { container } = await containers.get({ id });
  if (container?.spec === undefined) throw new RuntimeError('NotFound', `instance ${id} has no record`);
  const spec = decodeSpec(container.spec.value);
  if (await updateTask(context, id, wanted)) await verify(context, id, spec, wanted);
  const value = encodeSpec(withLimits(spec, { ...ociLimits(wanted, context.limits) }));
  await containers.update({
    container: { id, spec: { typeUrl: SPEC_TYPE, value } },
    updateMask: { paths: ['spec'] },
  });
}

export async function updateLabels(
  context: ContainersContext,
  id: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const paths = Object.keys(labels).map((key) => `labels.${key}`);
  if (paths.length === 0) return;
  const { containers } = context.connection.services;
  await containers.update({ container: { id, labels: { ...labels } }, updateMask: { paths } });
}

/** False when no task runs. */
async function updateTask(context: ContainersContext, id: string, wanted: InstanceResources): Promise<boolean> {
  const value = Buffer.from(JSON.stringify(ociLimitsUpdate(wanted, context.limits)));
  try {
    await context.connection.services.tasks.update({
      containerId: id,
      resources: { typeUrl: RESOURCES_TYPE, value },
    });
    return true;
  } catch (error) {
    if (isGrpc(error, 'NOT_FOUND') || (isGrpc(error) && isStopped(error.details))) return false;
    if (!isGrpc(error, 'UNKNOWN', 'INTERNAL', 'INVALID_ARGUMENT')) throw error;
    const { message } = toRuntimeError(error, `change the limits of instance ${id}`);
    throw new RuntimeError('InvalidArgument', message, { cause: error, reason: 'LimitRefused' });
  }
}

function isStopped(details: string): boolean {
  return /cannot update a (?:stopped|deleted)|container not running|process not running/.test(details);
}

/** runc answers ok for some values that change nothing: the cgroup has the last word. */
async function verify(
  context: ContainersContext,
  id: string,
  spec: RecordSpec,
  wanted: InstanceResources,
): Promise<void> {
  const path = spec.linux?.cgroupsPath;
  if (path === undefined) return;
  const { controllers, version } = context.facts.cgroups;
  const cgroup: CgroupLocation = { root: context.cgroupRoot, version, path };
  const [memory, pids] = await Promise.all([memoryLimit(cgroup), limitOf(cgroup, 'pids', 'pids.max')]);
  refuseUnless(controllers.includes('pids'), sameLimit(pids, wanted.pids), id, 'pids');
  refuseUnless(controllers.includes('memory'), sameLimit(memory, wanted.memoryBytes), id, 'memory');
}

function refuseUnless(checked: boolean, same: boolean, id: string, what: string): void {
  if (!checked || same) return;
  throw new RuntimeError('InvalidArgument', `instance ${id}: the kernel did not take the ${what} limit`, {
    reason: 'LimitRefused',
  });
}

const PAGE = 65_536;
/** cgroup v1 writes "no limit" as the largest page-aligned int64. */
const NO_LIMIT = 2 ** 62;

/** Undefined when the file cannot be read: nothing to compare with. */
async function limitOf(
  cgroup: CgroupLocation,
  controller: 'memory' | 'pids',
  file: string,
): Promise<number | undefined> {
  const text = await readCgroup(cgroup, controller, file);
  if (text === undefined) return undefined;
  return text === 'max' ? Infinity : Number(text);
}

async function memoryLimit(cgroup: CgroupLocation): Promise<number | undefined> {
  const limit = await limitOf(cgroup, 'memory', cgroup.version === 1 ? 'memory.limit_in_bytes' : 'memory.max');
  return limit !== undefined && limit > NO_LIMIT ? Infinity : limit;
}

/** The kernel rounds bytes down to whole pages (at most 64 KiB anywhere). */
function sameLimit(actual: number | undefined, wanted: number | undefined): boolean {
  if (actual === undefined) return true;
  if (wanted === undefined || actual === Infinity) return actual === Infinity && wanted === undefined;
  return actual <= wanted && wanted - actual < PAGE;
}

function withLimits(spec: RecordSpec, limits: Readonly<Record<string, unknown>>): RecordSpec {
  const { memory: _memory, cpu: _cpu, pids: _pids, ...kept } = spec.linux?.resources ?? {};
  return { ...spec, linux: { ...spec.linux, resources: { ...kept, ...limits } } };
}
