import { formatAddress, parseAddress } from '../../schemas/values/addresses.ts';
import type { Publication } from '../ports/publications.ts';
import { perRecord } from './per-record.ts';
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

/** The same of a record that is finished. */
export const settledClaims = perRecord(claimsOf);

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}

export const claimKey = ({
  protocol,
  hostIP = '',
  hostPort,
}: Omit<Claim, 'owner' | 'range' | 'containerPort' | 'picked'>): string => `${protocol} ${hostIP} ${String(hostPort)}`;

const portKey = ({ protocol, hostPort }: Pick<Claim, 'protocol' | 'hostPort'>): string =>
  `${protocol} ${String(hostPort)}`;

const settledByPort = perRecord((record) => settledClaims(record).map((claim) => [portKey(claim), claim] as const));

/** So many are looked for among thousands one by one, before all of these are sorted by port. */
const MOST_LOOKS = 8;

/** Who has which port. */
export class Ledger {
  readonly #kept: readonly PublicationRecord[];
  readonly #byPort = new Map<string, Claim[]>();
  #looks = 0;

  /** `kept`: finished records, whose claims are in it from the beginning. */
  constructor(kept: readonly PublicationRecord[]) {
    this.#kept = kept;
  }

  add(claim: Claim): void {
    this.#put(portKey(claim), claim);
  }

  /** Whoever has this port at an address that the two have in common. */
  holder(claim: Pick<Claim, 'protocol' | 'hostIP' | 'hostPort'>): Claim | undefined {
    const key = portKey(claim);
    const isInTheWay = (other: Claim): boolean => haveCommonAddress(other.hostIP, claim.hostIP);
    return this.#keptAt(key).find(isInTheWay) ?? this.#byPort.get(key)?.find(isInTheWay);
  }

  #keptAt(key: string): readonly Claim[] {
    this.#looks += 1;
    if (this.#looks < MOST_LOOKS)
      return this.#kept.flatMap((record) => settledByPort(record).flatMap(([at, claim]) => (at === key ? claim : [])));
    // From now on they are among all the others.
    if (this.#looks === MOST_LOOKS)
      for (const record of this.#kept) for (const [at, claim] of settledByPort(record)) this.#put(at, claim);
    return [];
  }

  #put(key: string, claim: Claim): void {
    const known = this.#byPort.get(key);
    if (known === undefined) this.#byPort.set(key, [claim]);
    else known.push(claim);
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
