import type { InstanceResources } from '../../ports/containers.ts';
import type { HostFacts } from '../../ports/host.ts';
import type { OciResources } from './oci.ts';

/** Microseconds. The kernel's own default; quota is counted against it. */
const CPU_PERIOD = 100_000;
/** The kernel refuses quotas under a millisecond. */
const MINIMUM_CPU_QUOTA = 1_000;
/** Neutral weight in cgroup v1's scale; runc converts it for v2. */
const DEFAULT_CPU_SHARES = 1024;
/** In an update 0 means "leave alone"; only -1 takes a limit away. */
const UNLIMITED = -1;

export interface ResourceEnvironment {
  readonly facts: HostFacts;
  /** cgroup v1: memory.memsw.limit_in_bytes exists (the kernel accounts swap). v2 needs no telling. */
  readonly swapAccounting?: boolean;
}

/**
 * Limits for a new instance. Controllers that were not given to us (rootless) are left out: asking for them fails the start. The
 * controller compares wish and HostFacts and says so.
 */
export function ociLimits(resources: InstanceResources, environment: ResourceEnvironment): OciResources {
  const has = (controller: string): boolean => environment.facts.cgroups.controllers.includes(controller);
  const { memoryBytes, cpuMillis, cpuShares, pids } = resources;
  const cpu = {
    ...(cpuMillis === undefined ? {} : { quota: cpuQuota(cpuMillis), period: CPU_PERIOD }),
    ...(cpuShares === undefined ? {} : { shares: cpuShares }),
  };
  return {
    ...(memoryBytes !== undefined && has('memory') ? { memory: memoryLimit(memoryBytes, environment) } : {}),
    ...(Object.keys(cpu).length > 0 && has('cpu') ? { cpu } : {}),
    ...(pids !== undefined && has('pids') ? { pids: { limit: pids } } : {}),
  };
}

/** The same for Tasks.Update of a running task: what is absent is taken away. */
export function ociLimitsUpdate(resources: InstanceResources, environment: ResourceEnvironment): OciResources {
  const has = (controller: string): boolean => environment.facts.cgroups.controllers.includes(controller);
  const { memoryBytes, cpuMillis, cpuShares, pids } = resources;
  return {
    ...(has('memory') ? { memory: memoryLimit(memoryBytes ?? UNLIMITED, environment) } : {}),
    ...(has('cpu')
      ? {
          cpu: {
            quota: cpuMillis === undefined ? UNLIMITED : cpuQuota(cpuMillis),
            period: CPU_PERIOD,
            shares: cpuShares ?? DEFAULT_CPU_SHARES,
          },
        }
      : {}),
    ...(has('pids') ? { pids: { limit: pids ?? UNLIMITED } } : {}),
  };
}

const cpuQuota = (millis: number): number => Math.max(MINIMUM_CPU_QUOTA, Math.round((millis * CPU_PERIOD) / 1000));

/** A memory limit means memory: no extra swap, wherever the kernel lets one say so. Swap counts memory + swap in the OCI spec. */
function memoryLimit(limit: number, environment: ResourceEnvironment): { limit: number; swap?: number } {
  const swap = environment.facts.cgroups.version === 2 || environment.swapAccounting === true;
  return swap ? { limit, swap: limit } : { limit };
}
