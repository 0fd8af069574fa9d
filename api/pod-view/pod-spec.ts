import type {
  Container,
  ContainerEnv,
  ContainerPort,
  ContainerSpec,
  ContainerVolume,
} from '../../schemas/gen/types.ts';
import { probeTimes } from '../../schemas/values/probe-times.ts';

type Fields = Readonly<Record<string, unknown>>;

/** core/v1 PodSpec of a Container: one container of the same name. */
export function podSpecOf({ metadata, spec, status }: Container): Fields {
  const { nodeName, restartPolicy, terminationGracePeriodSeconds, hostname, hostNetwork, imagePullSecrets } = spec;
  const { hostPID, hostIPC, hostAliases, dnsPolicy, dnsConfig } = spec;
  const { sysctls, supplementalGroups, supplementalGroupsPolicy } = spec.securityContext ?? {};
  return present({
    containers: [containerOf(metadata.name, spec, status)],
    volumes: spec.volumes?.map(volumeOf),
    securityContext: present({
      sysctls,
      supplementalGroupsPolicy,
      supplementalGroups: supplementalGroups?.map(number).filter((id) => id !== undefined),
    }),
    nodeName,
    restartPolicy,
    terminationGracePeriodSeconds,
    hostname,
    hostNetwork,
    hostPID,
    hostIPC,
    imagePullSecrets,
    hostAliases,
    dnsPolicy: dnsPolicy ?? (hostNetwork ? 'Default' : 'ClusterFirst'),
    dnsConfig,
  });
}

/** Names and meanings are core/v1's already; what it does not have is left out. */
function containerOf(
  name: string,
  spec: ContainerSpec,
  { image: imageInUse, ports = [] }: NonNullable<Container['status']> = {},
): Fields {
  const { command, args, workingDir, envFrom, volumeMounts, lifecycle, stdin, stdinOnce, tty } = spec;
  const { imagePullPolicy, terminationMessagePath, terminationMessagePolicy } = spec;
  const { limits, requests } = spec.resources ?? {};
  return present({
    name,
    image: spec.image ?? imageInUse ?? '',
    imagePullPolicy,
    command,
    args,
    workingDir,
    env: spec.env?.map(envOf),
    envFrom,
    volumeMounts: volumeMounts?.map(({ onChange: _ours, ...mount }) => mount),
    ports: spec.ports?.map((port) => portOf(port, ports)),
    livenessProbe: spec.livenessProbe && { ...spec.livenessProbe, ...probeTimes(spec.livenessProbe) },
    readinessProbe: spec.readinessProbe && { ...spec.readinessProbe, ...probeTimes(spec.readinessProbe) },
    startupProbe: spec.startupProbe && { ...spec.startupProbe, ...probeTimes(spec.startupProbe) },
    resources: present({ limits: limits && quantities(limits), requests: requests && quantities(requests) }),
    lifecycle,
    terminationMessagePath,
    terminationMessagePolicy,
    securityContext: spec.securityContext && securityOf(spec.securityContext),
    stdin,
    stdinOnce,
    tty,
  });
}

function envOf(variable: ContainerEnv): Fields {
  const { valueFrom } = variable;
  if (valueFrom?.fieldRef === undefined) return variable as unknown as Fields;
  return { ...variable, valueFrom: { fieldRef: { apiVersion: 'v1', ...valueFrom.fieldRef } } };
}

function volumeOf({ name, volume, emptyDir, ...source }: ContainerVolume): Fields {
  if (volume !== undefined) return { name, persistentVolumeClaim: { claimName: volume.name } };
  if (emptyDir !== undefined) return { name, emptyDir: quantitiesIn(emptyDir) };
  const { configMap, secret, ...rest } = source;
  return present({ name, ...rest, configMap: configMap && coreFiles(configMap), secret: secret && coreFiles(secret) });
}

/** core/v1 has no owners of files. */
function coreFiles<T extends NonNullable<ContainerVolume['configMap'] | ContainerVolume['secret']>>(files: T): Fields {
  const { defaultUid: _uid, defaultGid: _gid, items, ...rest } = files;
  return present({ ...rest, items: items?.map(({ uid: _user, gid: _group, ...item }) => item) });
}

/** core/v1 has no ranges: the first port stands for them. One that is picked is told as what it came to be. */
function portOf(
  { endPort: _last, ...port }: ContainerPort,
  published: NonNullable<NonNullable<Container['status']>['ports']>,
): Fields {
  const found = published.find(
    ({ name, containerPort, protocol, hostIP }) =>
      name === port.name &&
      containerPort === port.containerPort &&
      protocol === port.protocol &&
      hostIP === port.hostIP,
  );
  return present({ ...port, hostPort: port.hostPort || found?.hostPort });
}

/** Users and groups by name are known to the image alone, and core/v1 has numbers. */
function securityOf({
  runAsUser,
  runAsGroup,
  supplementalGroups: _ofThePod,
  supplementalGroupsPolicy: _ofItToo,
  sysctls: _ofItAsWell,
  ...rest
}: NonNullable<ContainerSpec['securityContext']>): Fields {
  return present({ ...rest, runAsUser: number(runAsUser), runAsGroup: number(runAsGroup) });
}

const number = (id: unknown): number | undefined => (/^\d+$/.test(String(id)) ? Number(id) : undefined);

/** Typed clients read a quantity from a string. */
const quantities = (values: object): Fields =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

function quantitiesIn({ sizeLimit, ...rest }: NonNullable<ContainerVolume['emptyDir']>): Fields {
  return sizeLimit === undefined ? rest : { ...rest, sizeLimit: String(sizeLimit) };
}

/** Without what is undefined. */
export function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
