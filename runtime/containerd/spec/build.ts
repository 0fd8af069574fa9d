import { RuntimeError } from '../../errors.ts';
import type { InstanceSpec } from '../../ports/containers.ts';
import { allCapabilities } from './capabilities.ts';
import { ociMounts, INIT_DESTINATION } from './mounts.ts';
import { ociNamespaces, ociSysctls } from './namespaces.ts';
import { boundDevices, ociDevices, type ReadDevices } from './devices.ts';
import type { OciCapabilities, OciLinux, OciProcess, OciSpec } from './oci.ts';
import { maskedPaths, readonlyPaths } from './paths.ts';
import { ociLimits, type ResourceEnvironment } from './resources.ts';
import { createSeccompProfiles, type SeccompProfiles } from './seccomp/cache.ts';
import { ociRlimits } from './ulimits.ts';

/** What of this machine a spec depends on. */
export interface SpecEnvironment extends ResourceEnvironment {
  /** Host path of a static init; needed as soon as an instance asks for one. */
  readonly initPath?: string;
  /** cgroup that holds the instances' cgroups; default `/tsmoby/<store identity>`. */
  readonly cgroupParent?: string;
  /** Shared between calls, or every call computes its profile again (0.2 ms). */
  readonly seccomp?: SeccompProfiles;
  /** Device nodes of this machine: readHostDevices. */
  readonly devices?: ReadDevices;
  /** Hard limits that the runtime itself has, by ulimit(1)'s names; Infinity is none. */
  readonly hardLimits?: ReadonlyMap<string, number>;
  /** What the runtime itself may hold (CapBnd), CAP_… names: all that a privileged instance can get. Absent: all there are. */
  readonly capabilities?: readonly string[];
  /** /proc/self/oom_score_adj of the runtime. */
  readonly oomScoreAdj?: number;
}

const OCI_VERSION = '1.0.2';
const OOM_SCORE_ADJ = 0;

/** JSON bytes of the OCI runtime spec of an instance. Rejects with InvalidArgument what no runtime could run. */
export function buildOciSpec(spec: InstanceSpec, environment: SpecEnvironment): Uint8Array<ArrayBuffer> {
  const document = Buffer.from(JSON.stringify(ociDocument(spec, environment)));
  if (spec.security.privileged || spec.security.seccomp === 'Unconfined') return new Uint8Array(document);
  const profiles = environment.seccomp ?? createSeccompProfiles(environment.facts.architecture);
  // The document ends with the closing brackets of `linux` and of itself: the profile goes before them.
  return new Uint8Array(
    Buffer.concat([
      document.subarray(0, -2),
      Buffer.from(',"seccomp":'),
      profiles.json(spec.security.capabilities),
      Buffer.from('}}'),
    ]),
  );
}

/**
 * The cgroup of an instance, or undefined where none was delegated to us. It stands in the record's spec: read it there
 * for instances that exist.
 */
export function cgroupsPath(id: string, environment: SpecEnvironment): string | undefined {
  const { facts } = environment;
  if (facts.rootless && facts.cgroups.controllers.length === 0) return undefined;
  return `${environment.cgroupParent ?? `/tsmoby/${facts.storeIdentity}`}/${id}`;
}

function ociDocument(spec: InstanceSpec, environment: SpecEnvironment): OciSpec {
  const { facts, devices = noDevices } = environment;
  return {
    ociVersion: OCI_VERSION,
    process: ociProcess(spec, environment),
    root: { path: 'rootfs', readonly: spec.root.readOnly },
    hostname: spec.hostname,
    mounts: ociMounts(
      spec,
      facts,
      spec.init ? initPath(spec, environment) : undefined,
      facts.rootless ? boundDevices(spec.devices ?? [], devices) : [],
    ),
    linux: ociLinux(spec, environment),
  };
}

const noDevices: ReadDevices = () => [];

function ociProcess(spec: InstanceSpec, environment: SpecEnvironment): OciProcess {
  const { args, env, cwd, user, terminal } = spec.process;
  if (args.length === 0 || args[0] === '') {
    throw new RuntimeError('InvalidArgument', `instance ${spec.id}: no command; give command or args`);
  }
  if ([...args, ...env, cwd].some((text) => text.includes('\0'))) {
    throw new RuntimeError('InvalidArgument', `instance ${spec.id}: command, env and workingDir cannot hold NUL bytes`);
  }
  const rlimits = ociRlimits(spec.process.ulimits ?? [], { ...environment, rootless: environment.facts.rootless });
  return {
    terminal,
    user,
    args: spec.init ? [...initCommand(spec), ...args] : args,
    env,
    cwd: cwd === '' ? '/' : cwd,
    capabilities: ociCapabilities(spec, environment),
    ...(rlimits === undefined ? {} : { rlimits }),
    noNewPrivileges: spec.security.noNewPrivileges,
    ...oomScoreAdj(environment),
  };
}

/** A process of another user than 0 holds none until it executes a file that gives some: what execve(2) would make of it. */
function ociCapabilities(spec: InstanceSpec, environment: SpecEnvironment): OciCapabilities {
  const all = environment.capabilities ?? allCapabilities();
  const bounding = spec.security.privileged ? all : spec.security.capabilities;
  const held = spec.process.user.uid === 0 ? bounding : [];
  return { bounding, effective: held, permitted: held, inheritable: [], ambient: [] };
}

/** Said outright, as the shim's own negative score would be inherited. Never below our own, which may be refused. */
function oomScoreAdj(environment: SpecEnvironment): Pick<OciProcess, 'oomScoreAdj'> {
  if (environment.oomScoreAdj !== undefined) return { oomScoreAdj: Math.max(OOM_SCORE_ADJ, environment.oomScoreAdj) };
  return environment.facts.rootless ? {} : { oomScoreAdj: OOM_SCORE_ADJ };
}

function ociLinux(spec: InstanceSpec, environment: SpecEnvironment): OciLinux {
  const { facts } = environment;
  const { privileged } = spec.security;
  const path = cgroupsPath(spec.id, environment);
  const sysctl = ociSysctls(spec, facts);
  const read = environment.devices ?? noDevices;
  const { nodes, rules } = facts.rootless ? { nodes: [], rules: [] } : ociDevices(spec.devices ?? [], read);
  // runc adds the harmless devices (null, zero, tty, pts, …) to what is allowed by itself. Rootless, device rules are ignored.
  const allowed = facts.rootless
    ? {}
    : { devices: [{ allow: privileged, access: 'rwm' }, ...(privileged ? [] : rules)] };
  const all = privileged && !facts.rootless ? read() : [];
  const made = [...new Map([...all, ...nodes].map((node) => [node.path, node])).values()];
  return {
    namespaces: ociNamespaces(spec, facts),
    ...(path === undefined ? {} : { cgroupsPath: path }),
    resources: { ...allowed, ...(path === undefined ? {} : ociLimits(spec.resources, environment)) },
    ...(sysctl === undefined ? {} : { sysctl }),
    ...(privileged || made.length > 0 ? { devices: made } : {}),
    ...(privileged ? {} : { maskedPaths: maskedPaths(), readonlyPaths: readonlyPaths() }),
  };
}

/** Where it is not process 1, orphans come to it only when it asks for them. */
const initCommand = ({ hostPid }: InstanceSpec): readonly string[] => [
  INIT_DESTINATION,
  ...(hostPid ? ['-s'] : []),
  '--',
];

function initPath(spec: InstanceSpec, environment: SpecEnvironment): string {
  if (environment.initPath !== undefined) return environment.initPath;
  throw new RuntimeError(
    'Unsupported',
    `instance ${spec.id}: there is no static init on this machine; install the package tini, or leave out init`,
  );
}
