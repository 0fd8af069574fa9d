import type { Netd, PortReservation } from '../ports/netd.ts';
import { claimKey, settledClaims, type Claim } from './claims.ts';
import { perRecord } from './per-record.ts';
import type { PublicationRecord } from './record.ts';

export const reservationOf = ({ protocol, hostIP, hostPort }: Claim): PortReservation => ({
  protocol,
  ...(hostIP === undefined ? {} : { hostIP }),
  hostPort,
});

/** One of each. */
export function reservationsOf(records: readonly PublicationRecord[]): readonly PortReservation[] {
  return [...new Map(records.flatMap(keyedReservations)).values()];
}

const keyedReservations = perRecord((record) =>
  settledClaims(record).map((claim) => [claimKey(claim), reservationOf(claim)] as const),
);

/** Whether some port is claimed in the first that is not in the second. Records that both have are not looked at. */
export function hasMore(some: readonly PublicationRecord[], others: readonly PublicationRecord[]): boolean {
  const known = keysOf(others, some);
  return [...keysOf(some, others)].some((key) => !known.has(key));
}

/** Of records that are not among the others. */
function keysOf(records: readonly PublicationRecord[], others: readonly PublicationRecord[]): ReadonlySet<string> {
  return new Set(
    without(records, others)
      .flatMap(keyedReservations)
      .map(([key]) => key),
  );
}

function without(records: readonly PublicationRecord[], others: readonly PublicationRecord[]) {
  const known = new Set(others);
  return records.filter((record) => !known.has(record));
}

/** Uids of those who claim one of these ports. */
export function ownersOf(ports: readonly PortReservation[], records: readonly PublicationRecord[]): readonly string[] {
  const keys = new Set(ports.map(claimKey));
  const owners = records.filter((record) => keyedReservations(record).some(([key]) => keys.has(key)));
  return owners.map(({ publication }) => publication.owner.uid);
}

export interface Reserved {
  /** The records, with what netd could not get among their failures. */
  readonly records: readonly PublicationRecord[];
  /** Among those: uids of owners whose picked ports were taken meanwhile. */
  readonly lostPicks: ReadonlySet<string>;
}

/** Has all ports of these records reserved, besides those of others that are not to be let go of yet. */
export async function reserve(
  netd: Pick<Netd, 'setReservations'>,
  records: readonly PublicationRecord[],
  besides: readonly PublicationRecord[],
): Promise<Reserved> {
  const keys = keysOf(records, besides);
  const others = without(besides, records).flatMap(keyedReservations);
  const more = others.filter(([key]) => !keys.has(key)).map(([, reservation]) => reservation);
  const problems = await netd.setReservations([...reservationsOf(records), ...more]);
  if (problems.length === 0) return { records, lostPicks: new Set() };
  const byKey = new Map(problems.map((problem) => [claimKey(problem), problem]));
  const lostPicks = new Set<string>();
  const marked = records.map((record) => {
    const failures = settledClaims(record).flatMap((claim) => {
      const problem = byKey.get(claimKey(claim));
      if (problem === undefined) return [];
      if (claim.picked) lostPicks.add(claim.owner.uid);
      const { range, hostPort } = claim;
      return [{ range, hostPort, reason: problem.reason, message: problem.message }];
    });
    return failures.length === 0 ? record : { ...record, failures: [...record.failures, ...failures] };
  });
  return { records: marked, lostPicks };
}
