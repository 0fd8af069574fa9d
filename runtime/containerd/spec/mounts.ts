import { RuntimeError } from '../../errors.ts';
import type { InstanceMount, InstanceSpec } from '../../ports/containers.ts';
import type { HostFacts } from '../../ports/host.ts';
import type { OciMount } from './oci.ts';

/** Where the static init appears: in the container's own /dev, so that no file is made in its root file system. */
export const INIT_DESTINATION = '/dev/tsmoby-init';

/** What every container finds, before the caller's mounts. */
function defaultMounts(spec: InstanceSpec, facts: HostFacts): OciMount[] {
  const access = spec.security.privileged ? 'rw' : 'ro';
  const pseudo = ['nosuid', 'noexec', 'nodev'];
  const mounts: OciMount[] = [
    // proc belongs to a namespace of processes, as sysfs does to one of networks.
    facts.rootless && spec.hostPid
      ? { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind', ...pseudo] }
      : { destination: '/proc', type: 'proc', source: 'proc', options: pseudo },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    spec.hostIpc
      ? { destination: '/dev/shm', type: 'bind', source: '/dev/shm', options: ['rbind', 'rprivate', ...pseudo] }
      : { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...pseudo, 'mode=1777', 'size=65536k'] },
  ];
  if (!(facts.rootless && spec.hostIpc)) {
    mounts.push({ destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: pseudo });
  }
  // sysfs belongs to a network namespace: a rootless daemon cannot mount the host's, only bind what is there.
  mounts.push(
    facts.rootless && spec.sandbox.mode === 'host'
      ? { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', ...pseudo, 'ro'] }
      : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...pseudo, access] },
  );
  // Without a cgroup namespace a rootless container would see the host's hierarchies.
  if (!facts.rootless || facts.cgroups.version === 2) {
    mounts.push({
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [...pseudo, 'relatime', access],
    });
  }
  return mounts;
}

/**
 * All mounts in the order in which they must be made: defaults first, then the caller's from the shallow to the deep. A mount of the
 * caller takes the place of a default one at the same path. Binds are private (nothing mounted later on the host appears).
 */
export function ociMounts(
  spec: InstanceSpec,
  facts: HostFacts,
  initPath: string | undefined,
  devices: readonly InstanceMount[] = [],
): OciMount[] {
  const own = [...devices, ...spec.mounts]
    .toSorted((a, b) => depth(a.destination) - depth(b.destination))
    .map(callersMount);
  const taken = new Set(own.map((mount) => mount.destination));
  const mounts = defaultMounts(spec, facts).filter((mount) => !taken.has(mount.destination));
  if (initPath !== undefined) {
    mounts.push({
      destination: INIT_DESTINATION,
      type: 'bind',
      source: initPath,
      options: ['bind', 'rprivate', 'ro', 'nosuid', 'nodev'],
    });
  }
  return [...mounts, ...own];
}

const depth = (path: string): number => path.split('/').filter((part) => part !== '').length;

function callersMount(mount: InstanceMount): OciMount {
  const destination = cleanDestination(mount.destination);
  const access = mount.readOnly ? 'ro' : 'rw';
  if (mount.type === 'bind') {
    return { destination, type: 'bind', source: mount.source, options: ['rbind', 'rprivate', access] };
  }
  const size = mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`];
  return {
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'mode=1777', ...size, access],
  };
}

function cleanDestination(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!path.startsWith('/') || parts.length === 0 || parts.includes('..') || path.includes('\0')) {
    throw new RuntimeError(
      'InvalidArgument',
      `mount path ${JSON.stringify(path)}: give an absolute path below / without ".."`,
    );
  }
  return `/${parts.join('/')}`;
}
