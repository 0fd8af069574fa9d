import type { ProbeTarget } from '../../runtime/ports/probes.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Container, ContainerSpec, Network } from '../../schemas/gen/types.ts';
import { ReconcileError } from '../engine/contract.ts';
import type { Work } from './work.ts';

/** The process that is asked. */
export interface ProbedRun {
  readonly id: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

const LOOPBACK = '127.0.0.1';
const LOOPBACKS: ReadonlySet<string> = new Set([LOOPBACK, 'localhost', '::1', '[::1]']);
const LAST_PORT = 65_535;
const NETWORK = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Network' } as const;
/** Drivers with which the machine and its containers do not see each other. */
const APART: ReadonlySet<string> = new Set(['macvlan', 'ipvlan']);

/**
 * Where a probe or hook finds the process. On this machine's network it is asked there. With addresses of its own it is asked at the first
 * one, from this machine, as others reach it; without any, or when its own loopback is asked for, from within. Another host is asked
 * as it is named.
 */
export function probeTarget({ container, context }: Work, run: ProbedRun, host: string | undefined): ProbeTarget {
  if (container.spec.hostNetwork) return targetAt(run, host ?? LOOPBACK, false);
  const own = host !== undefined && LOOPBACKS.has(host);
  const address = own ? undefined : (host ?? reachableAddress(container, context));
  return targetAt(run, address ?? LOOPBACK, address === undefined);
}

/** The first address that this machine can reach: it has none itself in a network that shares one of its interfaces. */
function reachableAddress({ metadata }: Container, { reader, status }: Work['context']): string | undefined {
  const { networks = [] } = status.current;
  const reached = networks.find(({ name = '' }) => {
    const network = reader.get<Network>(NETWORK, metadata.namespace, name);
    return !APART.has(network?.spec.driver ?? 'bridge');
  });
  return reached?.ips?.[0];
}

const targetAt = ({ id, pid, startedAt }: ProbedRun, address: string, inside: boolean): ProbeTarget => ({
  instanceId: id,
  pid,
  startedAt,
  address,
  inside,
});

/**
 * The number of a port: itself, that of the port of this name, or a number written as text. Throws an outcome that names the field when
 * it is none of these.
 */
export function portNumber(port: number | string, ports: ContainerSpec['ports'], field: string): number {
  const number = ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
  if (Number.isInteger(number) && number >= 1 && number <= LAST_PORT) return number;
  const message =
    typeof port === 'number'
      ? `${field}: ${port} is no port; ports are 1 to ${LAST_PORT}`
      : `${field}: spec.ports has no port of the name ${JSON.stringify(port)}`;
  throw new ReconcileError({ type: 'stalled', reason: REASONS.InvalidSpec, message });
}
