import type { HostFacts } from '../../ports/host.ts';
import type { InstanceSpec } from '../../ports/containers.ts';
import { RuntimeError } from '../../errors.ts';
import type { OciNamespace } from './oci.ts';

/**
 * The namespaces of an instance. A private cgroup namespace only on cgroup v2, where it hides the host's tree; on v1 it would
 * change what /proc/self/cgroup says and protect nothing. Network: none of the host's (`host`), the sandbox's file, or a new empty one.
 */
export function ociNamespaces(spec: InstanceSpec, facts: HostFacts): OciNamespace[] {
  const namespaces: OciNamespace[] = [
    ...(spec.hostPid ? [] : [{ type: 'pid' } as const]),
    ...(spec.hostIpc ? [] : [{ type: 'ipc' } as const]),
    { type: 'uts' },
    { type: 'mount' },
  ];
  if (facts.cgroups.version === 2) namespaces.push({ type: 'cgroup' });
  const { mode, netnsPath } = spec.sandbox;
  if (mode === 'host') return namespaces;
  if (netnsPath !== undefined) return [...namespaces, { type: 'network', path: netnsPath }];
  if (mode !== 'none') {
    throw new RuntimeError(
      'InvalidArgument',
      `instance ${spec.id}: a sandbox of mode ${mode} needs the path of its network namespace`,
    );
  }
  return [...namespaces, { type: 'network' }];
}

/**
 * Sysctls of a network namespace of its own: any user may listen on low ports and send pings there, as nobody else
 * shares it. Rootless, group ids end at 65536 (facts/rootless). What is asked for wins.
 */
export function ociSysctls(spec: InstanceSpec, facts: HostFacts): Readonly<Record<string, string>> | undefined {
  if (spec.sandbox.mode === 'host') return spec.sysctls;
  return {
    'net.ipv4.ip_unprivileged_port_start': '0',
    'net.ipv4.ping_group_range': facts.rootless ? '0 65536' : '0 2147483647',
    ...spec.sysctls,
  };
}
