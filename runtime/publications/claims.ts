import { formatAddress, parseAddress } from '../../schemas/values/addresses.ts';
import type { Publication } from '../ports/publications.ts';
import type { Place, PortFailure, PublicationRecord } from './record.ts';

/** One port of one publication. */
export interface Claim {
  readonly owner: Publication['owner'];
  readonly range: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** In canonical form. Absent: all addresses of the machine; `0.0.0.0` and `::`: all of one family. */
  readonly hostIP?: string;
  readonly hostPort: number;
  readonly containerPort: number;
  /** Whether nobody asked for this very port. */
  readonly picked: boolean;
}

/** All that a record claims, those that failed aside. */
export function claimsOf({ publication, firstPorts, failures }: PublicationRecord): readonly Claim[] {
  const failed = new Set(failures.map(({ range, hostPort }) => `${String(range)} ${String(hostPort ?? '')}`));
  return publication.ports.flatMap(({ protocol, hostIP, hostPort, containerPort, count }, range) => {
    if (failed.has(`${String(range)} `)) return [];
    const first = firstPorts[range] ?? hostPort;
    return Array.from({ length: count }, (_, index) => ({
      owner: publication.owner,
      range,
      protocol,
      ...(hostIP === undefined ? {} : { hostIP: canonical(hostIP) }),
      hostPort: first + index,
      containerPort: containerPort + index,
      picked: hostPort === 0,
    })).filter((claim) => !failed.has(`${String(range)} ${String(claim.hostPort)}`));
  });
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}

export const claimKey = ({
  protocol,
  hostIP = '',
  hostPort,
}: Omit<Claim, 'owner' | 'range' | 'containerPort' | 'picked'>): string => `${protocol} ${hostIP} ${String(hostPort)}`;

/** Who has which port. */
export class Ledger {
  readonly #byPort = new Map<string, Claim[]>();

  add(claim: Claim): void {
    const key = `${claim.protocol} ${String(claim.hostPort)}`;
    this.#byPort.set(key, [...(this.#byPort.get(key) ?? []), claim]);
  }

  /** Whoever has this port at an address that the two have in common. */
  holder(claim: Pick<Claim, 'protocol' | 'hostIP' | 'hostPort'>): Claim | undefined {
    const others = this.#byPort.get(`${claim.protocol} ${String(claim.hostPort)}`) ?? [];
    return others.find((other) => haveCommonAddress(other.hostIP, claim.hostIP));
  }
}

function haveCommonAddress(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || one === other) return true;
  if (one.includes(':') !== other.includes(':')) return false;
  return [one, other].some((address) => address === '0.0.0.0' || address === '::');
}

/** Why one port of a range cannot be had. */
export function taken(claim: Claim, holder: Claim): PortFailure {
  const { owner } = holder;
  const by =
    owner.uid === claim.owner.uid ? 'another port of the same Container' : `Container ${owner.namespace}/${owner.name}`;
  return {
    range: claim.range,
    hostPort: claim.hostPort,
    reason: 'PortTaken',
    message: `port ${portText(claim)} is taken by ${by}`,
  };
}

export function portText({ protocol, hostIP, hostPort }: Pick<Claim, 'protocol' | 'hostIP' | 'hostPort'>): string {
  const port = `${String(hostPort)}/${protocol}`;
  if (hostIP === undefined) return port;
  return hostIP.includes(':') ? `[${hostIP}]:${port}` : `${hostIP}:${port}`;
}

/**
 * What keeps a whole range from leading anywhere, whoever has its ports: the kernel does not lead [::1] elsewhere; the sandbox has no address of the
 * range's family in a network that can be reached.
 */
export function rangeFailures({ ports }: Publication, place: Place): readonly PortFailure[] {
  return ports.flatMap(({ hostIP }, range) => {
    const at = hostIP === undefined ? undefined : canonical(hostIP);
    if (at === '::1') {
      const message =
        'the kernel leads nothing from [::1] to a container: publish at 127.0.0.1, or at an address of the machine';
      return [{ range, reason: 'PortUnsupported', message }];
    }
    if (targetsFor(at, place).length > 0) return [];
    const kind = at === undefined ? 'address' : `${at.includes(':') ? 'IPv6' : 'IPv4'} address`;
    const message = `it has no ${kind} in a network that can be reached from outside (a bridge that is not internal)`;
    return [{ range, reason: 'NoAddress', message }];
  });
}

/** Where connections to this address of the machine go: one target of each family that is asked for and there. */
export function targetsFor(hostIP: string | undefined, place: Place): readonly string[] {
  const addresses = place
    .filter(({ driver, internal }) => driver === 'bridge' && !internal)
    .flatMap((attachment) => attachment.addresses);
  const targets = [addresses.find((each) => !each.includes(':')), addresses.find((each) => each.includes(':'))];
  return targets
    .filter((each) => each !== undefined)
    .filter((each) => hostIP === undefined || hostIP.includes(':') === each.includes(':'));
}
