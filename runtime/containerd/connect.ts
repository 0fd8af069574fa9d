import { openChannel, type Channel } from '../../proto/grpc/channel.ts';
import { probe } from '../../proto/grpc/probe.ts';
import { RuntimeError } from '../errors.ts';
import { createCollect } from './collector.ts';
import { servicesOn, type Clock, type Connection, type Log, type Services } from './connection.ts';
import { translated, unlessGone, unlessThere } from './errors.ts';
import { STORE_LABEL } from './labels.ts';

export interface ConnectOptions {
  /** Absolute path of containerd's socket. */
  readonly socketPath: string;
  /** Store identity (a uid). */
  readonly identity: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
  /** Overrides the choice between overlayfs and native. */
  readonly snapshotter?: string;
  readonly signal?: AbortSignal;
}

/** Which containerd answered. */
export interface ContainerdVersion {
  readonly version: string;
  readonly revision: string;
}

/** An open, checked connection; dispose closes the channel. */
export interface OpenConnection extends Connection, Disposable {
  readonly version: ContainerdVersion;
}

const NAMESPACE_LENGTH = 12;
const OLDEST: readonly [number, number] = [1, 7];

/** The containerd namespace of a store: `tsmoby-` and the first 12 hex digits of its uid. */
export function namespaceOf(identity: string): string {
  const name = identity.replaceAll('-', '').toLowerCase().slice(0, NAMESPACE_LENGTH);
  if (!/^[0-9a-z]{6,}$/.test(name)) {
    throw new RuntimeError('InvalidArgument', `store identity ${JSON.stringify(identity)} is no uid`);
  }
  return `tsmoby-${name}`;
}

/**
 * Opens a channel, checks the version (≥ 1.7), takes the namespace of this store and picks the snapshotter. Rejects: Unavailable
 * (nobody listens), Unsupported (too old, no usable snapshotter), FailedPrecondition (the namespace is another store's).
 */
export async function connect(options: ConnectOptions): Promise<OpenConnection> {
  const { socketPath, identity, signal } = options;
  const namespace = namespaceOf(identity);
  if (!(await probe(socketPath))) {
    throw new RuntimeError('Unavailable', `no containerd listens at ${socketPath}`, { reason: 'RuntimeUnavailable' });
  }
  const channel = openChannel(`unix://${socketPath}`, { headers: { 'containerd-namespace': namespace } });
  try {
    return await translated(`connect to containerd at ${socketPath}`, () => check(options, channel, namespace, signal));
  } catch (error) {
    channel.close();
    throw error;
  }
}

async function check(
  options: ConnectOptions,
  channel: Channel,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<OpenConnection> {
  const { socketPath, identity, clock, newId, log } = options;
  const services = servicesOn(channel);
  const { version, revision } = await services.version.version({}, { signal });
  requireVersion(version);
  await takeNamespace(services, namespace, identity, signal);
  const snapshotter = options.snapshotter ?? (await chooseSnapshotter(services, signal));
  return {
    socketPath,
    namespace,
    identity,
    snapshotter,
    services,
    channel,
    collect: createCollect(services, { identity, clock, newId }),
    clock,
    newId,
    log,
    version: { version, revision },
    [Symbol.dispose]: () => channel.close(),
  };
}

function requireVersion(version: string): void {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  const found = [Number(major ?? 0), Number(minor ?? 0)] as const;
  if (found[0] > OLDEST[0] || (found[0] === OLDEST[0] && found[1] >= OLDEST[1])) return;
  throw new RuntimeError('Unsupported', `containerd ${version} is too old: ${OLDEST.join('.')} or newer is needed`, {
    reason: 'RuntimeTooOld',
  });
}

async function takeNamespace(
  services: Services,
  name: string,
  identity: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await unlessGone(services.namespaces.get({ name }, { signal }));
  if (found === undefined) {
    await unlessThere(services.namespaces.create({ namespace: { name, labels: { [STORE_LABEL]: identity } } }));
    return;
  }
  const owner = found.namespace?.labels[STORE_LABEL];
  if (owner === identity) return;
  if (owner !== undefined) {
    throw new RuntimeError('FailedPrecondition', `containerd namespace ${name} belongs to another store, ${owner}`, {
      reason: 'NamespaceTaken',
    });
  }
  const updateMask = { paths: [`labels.${STORE_LABEL}`] };
  await services.namespaces.update({ namespace: { name, labels: { [STORE_LABEL]: identity } }, updateMask });
}

async function chooseSnapshotter(services: Services, signal: AbortSignal | undefined): Promise<string> {
  const { plugins } = await services.introspection.plugins(
    { filters: ['type==io.containerd.snapshotter.v1'] },
    { signal },
  );
  const well = new Set(plugins.filter((plugin) => plugin.initErr === undefined).map((plugin) => plugin.id));
  for (const name of ['overlayfs', 'native']) if (well.has(name)) return name;
  throw new RuntimeError('Unsupported', 'containerd has neither a working overlayfs nor a native snapshotter');
}
