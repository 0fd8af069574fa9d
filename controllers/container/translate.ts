import type {
  InstanceDevice,
  InstanceMount,
  InstanceSpec,
  InstanceUlimit,
  RootFilesystem,
} from '../../runtime/ports/containers.ts';
import type { ImageConfig, ImageRecord } from '../../runtime/ports/images.ts';
import type { Sandbox } from '../../runtime/ports/sandboxes.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { resolveCapabilities } from '../../schemas/values/capabilities.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { ReconcileError } from '../engine/contract.ts';
import { expand } from './expand.ts';
import {
  CONFIG_HASH_LABEL,
  generationOf,
  IMAGE_LABEL,
  imageSource,
  RESOURCES_LABEL,
  SANDBOX_LABEL,
  SPEC_HASH_LABEL,
  STOP_SIGNAL_LABEL,
} from './names.ts';
import { resourcesText, translateResources } from './resources.ts';
import type { ResolvedUser } from './user.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MAX_HOSTNAME = 63;

/** Everything a Container's spec only refers to, looked up. */
export interface Resolved {
  readonly id: string;
  readonly specHash: string;
  readonly image: ImageRecord;
  readonly environment: ReadonlyMap<string, string>;
  readonly user: ResolvedUser;
  readonly mounts: readonly InstanceMount[];
  readonly devices: readonly InstanceDevice[];
  readonly sandbox: Sandbox;
}

/** What the runtime is asked to make. Pure: same object and same look-ups, same spec. */
export function translate(container: Container, resolved: Resolved): InstanceSpec {
  const { metadata, spec } = container;
  const { id, image, user, sandbox } = resolved;
  const variables = variablesOf(container, resolved);
  const resources = translateResources(spec.resources);
  const generation = generationOf(container);
  const made = {
    id,
    owner: { kind: 'Container', namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid },
    root: rootOf(image, spec.securityContext?.readOnlyRootFilesystem ?? false),
    process: {
      args: commandOf(container, image.config, variables),
      env: [...variables].map(([name, value]) => `${name}=${value}`),
      cwd: spec.workingDir ?? (image.config.workingDir || '/'),
      user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
      terminal: spec.tty ?? false,
      ...ulimitsOf(container),
    },
    security: securityOf(container),
    mounts: resolved.mounts,
    ...machineOf(container, resolved.devices),
    hostname: hostnameOf(container),
    sandbox: { mode: sandbox.mode, ...(sandbox.netnsPath === undefined ? {} : { netnsPath: sandbox.netnsPath }) },
    init: spec.init ?? false,
  };
  const labels = {
    [SPEC_HASH_LABEL]: resolved.specHash,
    [CONFIG_HASH_LABEL]: fingerprint(made),
    [RESOURCES_LABEL]: resourcesText(resources),
    [IMAGE_LABEL]: imageSource(spec),
    ...(generation === 0 ? {} : { [SANDBOX_LABEL]: String(generation) }),
    ...(image.config.stopSignal && { [STOP_SIGNAL_LABEL]: image.config.stopSignal }),
  };
  return { ...made, resources, labels };
}

const ulimitsOf = ({ spec: { ulimits = [] } }: Container): Pick<InstanceSpec['process'], 'ulimits'> =>
  ulimits.length === 0
    ? {}
    : { ulimits: ulimits.map(({ name, soft, hard = soft }): InstanceUlimit => ({ name, soft, hard })) };

/** What is not asked for is not there, so that what was made before anybody could ask stays what it is. */
function machineOf(
  { spec: { hostPID, hostIPC, securityContext } }: Container,
  devices: readonly InstanceDevice[],
): Pick<InstanceSpec, 'devices' | 'sysctls' | 'hostPid' | 'hostIpc'> {
  const { sysctls = [] } = securityContext ?? {};
  return {
    ...(devices.length > 0 && { devices }),
    ...(sysctls.length > 0 && { sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])) }),
    ...(hostPID && { hostPid: true }),
    ...(hostIPC && { hostIpc: true }),
  };
}

/** The host name in the container: as wanted, else the object's name cut to what the kernel's tools take. */
export function hostnameOf({ metadata, spec }: Container): string {
  return spec.hostname ?? metadata.name.slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
}

const rootOf = (image: ImageRecord, readOnly: boolean): RootFilesystem => ({
  chainId: image.chainId,
  manifestDigest: image.manifestDigest,
  snapshotter: image.snapshotter,
  readOnly,
});

/** The image's variables, then ours, then the spec's: later ones win. */
function variablesOf(container: Container, { image, environment, user }: Resolved): ReadonlyMap<string, string> {
  const fromImage = image.config.env.map((entry): [string, string] => {
    const equals = entry.indexOf('=');
    return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return new Map<string, string>([
    ['PATH', DEFAULT_PATH],
    ['HOME', user.home],
    ['HOSTNAME', hostnameOf(container)],
    ...(container.spec.tty ? ([['TERM', 'xterm']] as const) : []),
    ...fromImage,
    ...environment,
  ]);
}

/** core/v1's table: `command` replaces the entrypoint and the image's command, `args` replaces the image's command. */
export function commandOf(
  { spec }: Container,
  config: ImageConfig,
  variables: ReadonlyMap<string, string>,
): readonly string[] {
  const entrypoint = spec.command ?? config.entrypoint;
  const args = spec.args ?? (spec.command === undefined ? config.cmd : []);
  const command = [...entrypoint, ...args].map((word) => expand(word, variables));
  if (command.length > 0) return command;
  throw new ReconcileError({
    type: 'stalled',
    reason: REASONS.InvalidSpec,
    message: 'there is nothing to run: the image has no entrypoint and no command; set spec.command',
  });
}

function securityOf({ spec: { securityContext = {} } }: Container): InstanceSpec['security'] {
  const { capabilities: wanted, privileged = false, allowPrivilegeEscalation, seccompProfile } = securityContext;
  const { capabilities, unknown } = resolveCapabilities(wanted?.add, wanted?.drop);
  if (unknown.length > 0) {
    throw new ReconcileError({
      type: 'stalled',
      reason: REASONS.InvalidSpec,
      message: `spec.securityContext.capabilities: no capability is called ${unknown.join(', ')}`,
    });
  }
  return {
    privileged,
    noNewPrivileges: allowPrivilegeEscalation === false,
    capabilities,
    seccomp: seccompProfile?.type ?? 'RuntimeDefault',
  };
}
