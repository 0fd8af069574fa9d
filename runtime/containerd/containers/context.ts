import type { InstanceSpec } from '../../ports/containers.ts';
import type { Host, HostFacts } from '../../ports/host.ts';
import type { Mount } from '../../../proto/gen/containerd/types/mount_pb.ts';
import type { Connection } from '../connection.ts';
import type { KeyedTurns } from '../../keyed-turns.ts';
import type { ResourceEnvironment } from '../spec/resources.ts';

/** What the verbs of this folder need. */
export interface ContainersContext {
  readonly connection: Connection;
  readonly facts: HostFacts;
  readonly host: Pick<Host, 'makeFifos'>;
  /** How limits become cgroup values on this machine. */
  readonly limits: ResourceEnvironment;
  /** OCI runtime spec as JSON bytes. */
  readonly specOf: (spec: InstanceSpec) => Uint8Array;
  readonly runtime: RuntimeOptions;
  /** Where the cgroup hierarchies are mounted. */
  readonly cgroupRoot: string;
  /** Root mounts of snapshots made by this process and not yet started, so that a first start needs no further call. */
  readonly freshMounts: Map<string, readonly Mount[]>;
  /** By id: two starts at once would take each other's directories for leftovers. */
  readonly turns: KeyedTurns;
  /** Ids that are being created right now: no leftovers, although no record explains their snapshot yet. */
  readonly creating: Set<string>;
  /** Whether a sweep of this process had the collector run: a former process may have been killed just before it did. */
  readonly collected: { byNow: boolean };
  /** Processes of `exec` that somebody here talks to, by execKey: no leftovers. */
  readonly execs: Set<string>;
}

export interface RuntimeOptions {
  /** runc's state directory; own, as two containerds with equal namespace and id would share the default one. */
  readonly root: string;
  /** Program to run instead of runc. */
  readonly binaryName?: string;
  readonly systemdCgroup?: boolean;
}

/** Milliseconds. A task's creation starts a shim and runs runc: seconds on a loaded machine, where the others take milliseconds. */
export const TASK_DEADLINE = 60_000;
