import { isRuntimeError } from '../../runtime/errors.ts';
import type { Sandbox, SandboxSpec } from '../../runtime/ports/sandboxes.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { memberships, type Membership } from './attachments.ts';
import { sharedWith } from '../../schemas/values/container-waits.ts';
import { networkMode } from './network-mode.ts';
import { hostnameOf } from './translate.ts';
import type { Look, Work } from './work.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
/** An address that another one has may be given back any moment, and nothing tells us when. */
const TAKEN_POLL_MS = 10_000;

/** Sandboxes live as long as their Container, or until StartFirst has put the next one in their place. */
export const sandboxId = ({ metadata }: Container, generation: number): string => `${metadata.uid}.${generation}`;

/** Which of its sandboxes serves. */
export const servingGeneration = ({ sandboxGeneration = 0 }: Readonly<Partial<ContainerStatus>>): number =>
  sandboxGeneration;

/** A sandbox, and the networks that it is in. */
export interface Place {
  readonly sandbox: Sandbox;
  readonly memberships: readonly Membership[];
}

/**
 * The sandbox of this generation is as the spec says: interfaces come and go, what is right already costs nothing. Throws an outcome that names
 * what is missing, taken or refused.
 */
export async function ensureSandbox(work: Work, generation: number): Promise<Place> {
  const { container, context, deps } = work;
  const mode = networkMode(container);
  const joined = mode === 'cni' ? memberships(container, context.reader, context.status.current) : [];
  const spec: SandboxSpec = {
    id: sandboxId(container, generation),
    ownerUid: container.metadata.uid,
    mode,
    hostname: hostnameOf(container),
    ...pidOf(context.status.current),
    ...(mode === 'cni' ? { attachments: joined.map(({ attachment }) => attachment) } : {}),
    ...(mode === 'shared' ? { of: sharedSandbox(container, context.reader) } : askedNames(container)),
  };
  try {
    const sandbox = await deps.sandboxes.ensure(spec);
    if (work.side === 'next') await letAskForNames(work, sandbox.id);
    return { sandbox, memberships: joined };
  } catch (error) {
    throw sandboxError(error, context.reader);
  }
}

const RESOLVERS = { ClusterFirst: 'network', Default: 'machine', None: 'none' } as const;

/** What its spec has in its hosts file and resolv.conf. */
function askedNames({
  spec: { hostAliases, dnsPolicy, dnsConfig },
}: Container): Pick<SandboxSpec, 'hosts' | 'resolver'> {
  const { nameservers, searches, options } = dnsConfig ?? {};
  const resolver = {
    ...(dnsPolicy && { from: RESOLVERS[dnsPolicy] }),
    ...(nameservers && { nameServers: nameservers }),
    ...(searches && { searches }),
    ...(options && { options: options.map(({ name = '', value }) => (value ? `${name}:${value}` : name)) }),
  };
  return { ...(hostAliases && { hosts: hostAliases }), ...(Object.keys(resolver).length > 0 && { resolver }) };
}

/** Of its process, while it runs. */
const pidOf = ({ state, pid }: Readonly<Partial<ContainerStatus>>): { readonly pid?: number } =>
  state?.running === undefined || pid === undefined ? {} : { pid };

/** Names are told to those that have some; no name leads to this one yet. */
async function letAskForNames({ container, deps, others = [] }: Work, sandbox: string): Promise<void> {
  const former = others.map((number) => sandboxId(container, number));
  await deps.publications.setGuests(container.metadata.uid, [...former, sandbox]);
}

/** Status tells where it is. */
export function tellPlace({ context: { status } }: Work, { sandbox, memberships }: Place): void {
  if (sandbox.mode !== 'cni') {
    status.set({ ip: undefined, networks: undefined });
    return;
  }
  const networks = sandbox.attachments.map((attachment) => ({
    name: memberships.find(({ uid }) => uid === attachment.network)?.name ?? '',
    interface: attachment.interface,
    ips: attachment.addresses,
    mac: attachment.mac,
  }));
  status.set({ ip: networks[0]?.ips[0], networks });
}

/** Throws the outcome that `ensureSandbox` would for a network that is missing; makes nothing. */
export function checkNetworks({ container, context }: Pick<Look, 'container' | 'context'>): void {
  const mode = networkMode(container);
  if (mode === 'cni') memberships(container, context.reader, context.status.current);
  if (mode === 'shared') sharedSandbox(container, context.reader);
}

/** Id of the sandbox whose network it shares. Throws a waiting outcome while there is none. */
export function sharedSandbox(container: Container, reader: Reader): string {
  const name = sharedWith(container) ?? '';
  const { namespace = '' } = container.metadata;
  const target = reader.get<Container>(CONTAINER, namespace, name);
  if (target === undefined || target.metadata.deletionTimestamp !== undefined) {
    throw notFound(`Container ${namespace}/${name}, whose network this one shares, is not there`);
  }
  if (networkMode(target) !== 'cni') {
    throw notFound(`Container ${namespace}/${name}, whose network this one shares, has no network of its own`);
  }
  return sandboxId(target, servingGeneration(target.status ?? {}));
}

const notFound = (message: string): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason: REASONS.SandboxNotFound, message });

/** People know sandboxes by the Containers that they belong to. */
const withNames = (message: string, reader: Reader): string =>
  message.replaceAll(/\bsandbox ([0-9a-f-]{36})\.\d+/g, (known, uid: string) => {
    const [owner] = reader.list<Container>(CONTAINER, { index: { name: 'uid', value: uid } });
    return owner === undefined ? known : `Container ${owner.metadata.namespace ?? ''}/${owner.metadata.name}`;
  });

/** What only another spec can mend, what may be mended from outside, and what is tried again. */
function sandboxError(error: unknown, reader: Reader): unknown {
  if (!isRuntimeError(error)) return error;
  const { code, reason } = error;
  const message = withNames(error.message, reader);
  const options = { cause: error };
  switch (code) {
    case 'InvalidArgument':
      if (reason === REASONS.AddressTaken) {
        return new ReconcileError({ type: 'waiting', reason, message, requeueAfterMs: TAKEN_POLL_MS }, options);
      }
      return new ReconcileError({ type: 'stalled', reason: reason ?? REASONS.InvalidSpec, message }, options);
    case 'NotFound':
      return new ReconcileError({ type: 'waiting', reason: reason ?? REASONS.NetworkNotReady, message }, options);
    case 'ResourceExhausted':
    case 'Unsupported':
      if (reason === undefined) return error;
      return new ReconcileError({ type: 'waiting', reason, message, requeueAfterMs: TAKEN_POLL_MS }, options);
    default:
      return error;
  }
}
