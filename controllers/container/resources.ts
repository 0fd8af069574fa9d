import type { InstanceResources } from '../../runtime/ports/containers.ts';
import type { ContainerResources } from '../../schemas/gen/types.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';
import { quantityMillis, quantityValue } from '../../schemas/values/quantity.ts';

/** cgroup v1's smallest weight, and the weight of one core. */
const MIN_SHARES = 2;
const SHARES_PER_CORE = 1024;

/** Limits in the kernel's units. The weight follows the request; without one, the limit, as in Kubernetes. */
export function translateResources(resources: ContainerResources | undefined): InstanceResources {
  const { cpu, memory, pids } = resources?.limits ?? {};
  const weight = resources?.requests?.cpu ?? cpu;
  return {
    ...(memory === undefined ? {} : { memoryBytes: quantityValue(memory) }),
    ...(cpu === undefined ? {} : { cpuMillis: quantityMillis(cpu) }),
    ...(weight === undefined ? {} : { cpuShares: shares(quantityMillis(weight)) }),
    ...(pids === undefined ? {} : { pids: quantityValue(pids) }),
  };
}

const shares = (millis: number): number => Math.max(MIN_SHARES, Math.round((millis * SHARES_PER_CORE) / 1000));

/** One text for one set of limits, kept as a label to be compared with. */
export const resourcesText = (resources: InstanceResources): string => canonicalJson(resources);
