import type { Netd, PortReservation } from '../ports/netd.ts';
import { claimKey, claimsOf, type Claim } from './claims.ts';
import type { PublicationRecord } from './record.ts';

export const reservationOf = ({ protocol, hostIP, hostPort }: Claim): PortReservation => ({
  protocol,
  ...(hostIP === undefined ? {} : { hostIP }),
  hostPort,
});

/** One of each. */
export function reservationsOf(records: readonly PublicationRecord[]): readonly PortReservation[] {
  const found = new Map(records.flatMap(claimsOf).map((claim) => [claimKey(claim), reservationOf(claim)]));
  return [...found.values()];
}

export interface Reserved {
  /** The records, with what netd could not get among their failures. */
  readonly records: readonly PublicationRecord[];
  /** Among those: uids of owners whose picked ports were taken meanwhile. */
  readonly lostPicks: ReadonlySet<string>;
}

/** Has all ports of these records reserved, besides others that are not to be let go of yet. */
export async function reserve(
  netd: Pick<Netd, 'setReservations'>,
  records: readonly PublicationRecord[],
  besides: readonly PortReservation[],
): Promise<Reserved> {
  const wanted = reservationsOf(records);
  const keys = new Set(wanted.map(claimKey));
  const problems = await netd.setReservations([...wanted, ...besides.filter((each) => !keys.has(claimKey(each)))]);
  const byKey = new Map(problems.map((problem) => [claimKey(problem), problem]));
  const lostPicks = new Set<string>();
  const marked = records.map((record) => {
    const failures = claimsOf(record).flatMap((claim) => {
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
