import { RuntimeError } from '../../errors.ts';
import type { InstanceSpec } from '../../ports/containers.ts';
import { allCapabilities } from './capabilities.ts';
import { ociMounts, INIT_DESTINATION } from './mounts.ts';
import { ociNamespaces, ociSysctls } from './namespaces.ts';
import type { OciCapabilities, OciDevice, OciLinux, OciProcess, OciSpec } from './oci.ts';
import { maskedPaths, readonlyPaths } from './paths.ts';
import { ociLimits, type ResourceEnvironment } from './resources.ts';
import { createSeccompProfiles, type SeccompProfiles } from './seccomp/cache.ts';

/** What of this machine a spec depends on. */
export interface SpecEnvironment extends ResourceEnvironment {
  /** Host path of a static init; needed as soon as an instance asks for one. */
  readonly initPath?: string;
  /** cgroup that holds the instances' cgroups; default `/tsmoby/<store identity>`. */
  readonly cgroupParent?: string;
  /** Shared between calls, or every call computes its profile again (0.2 ms). */
  readonly seccomp?: SeccompProfiles;
  /** Device nodes for privileged instances: readHostDevices. */
  readonly devices?: () => readonly OciDevice[];
  /** Hard limit of open files (RLIMIT_NOFILE) that the runtime itself has. */
  readonly openFilesHardLimit?: number;
  /** What the runtime itself may hold (CapBnd), CAP_… names: all that a privileged instance can get. Absent: all there are. */
  readonly capabilities?: readonly string[];
  /** /proc/self/oom_score_adj of the runtime. */
  readonly oomScoreAdj?: number;
}

const OCI_VERSION = '1.0.2';
const OPEN_FILES_SOFT = 1024;
const OPEN_FILES_HARD = 524_288;
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
  return {
    ociVersion: OCI_VERSION,
    process: ociProcess(spec, environment),
    root: { path: 'rootfs', readonly: spec.root.readOnly },
    hostname: spec.hostname,
    mounts: ociMounts(spec, environment.facts, spec.init ? initPath(spec, environment) : undefined),
    linux: ociLinux(spec, environment),
  };
}

function ociProcess(spec: InstanceSpec, environment: SpecEnvironment): OciProcess {
  const { args, env, cwd, user, terminal } = spec.process;
  if (args.length === 0 || args[0] === '') {
    throw new RuntimeError('InvalidArgument', `instance ${spec.id}: no command; give command or args`);
  }
  if ([...args, ...env, cwd].some((text) => text.includes('\0'))) {
    throw new RuntimeError('InvalidArgument', `instance ${spec.id}: command, env and workingDir cannot hold NUL bytes`);
  }
  return {
    terminal,
    user,
    args: spec.init ? [INIT_DESTINATION, '--', ...args] : args,
    env,
    cwd: cwd === '' ? '/' : cwd,
    capabilities: ociCapabilities(spec, environment),
    ...openFiles(environment),
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

/**
 * systemd's defaults: a low soft limit keeps select(2) programs safe. Never above what we have ourselves (root in a container
 * often lacks CAP_SYS_RESOURCE, and the start would fail); unknown: as inherited.
 */
function openFiles(environment: SpecEnvironment): Pick<OciProcess, 'rlimits'> {
  if (environment.openFilesHardLimit === undefined) return {};
  const hard = Math.min(OPEN_FILES_HARD, environment.openFilesHardLimit);
  return { rlimits: [{ type: 'RLIMIT_NOFILE', hard, soft: Math.min(OPEN_FILES_SOFT, hard) }] };
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
  // runc adds the harmless devices (null, zero, tty, pts, …) to what is allowed by itself. Rootless, device rules are ignored.
  const devices = facts.rootless ? {} : { devices: [{ allow: privileged, access: 'rwm' }] };
  return {
    namespaces: ociNamespaces(spec, facts),
    ...(path === undefined ? {} : { cgroupsPath: path }),
    resources: { ...devices, ...(path === undefined ? {} : ociLimits(spec.resources, environment)) },
    ...(sysctl === undefined ? {} : { sysctl }),
    ...(privileged
      ? { devices: facts.rootless ? [] : (environment.devices?.() ?? []) }
      : { maskedPaths: maskedPaths(), readonlyPaths: readonlyPaths() }),
  };
}

function initPath(spec: InstanceSpec, environment: SpecEnvironment): string {
  if (environment.initPath !== undefined) return environment.initPath;
  throw new RuntimeError(
    'Unsupported',
    `instance ${spec.id}: there is no static init on this machine; install the package tini, or leave out init`,
  );
}
