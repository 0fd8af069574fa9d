import { claimKey, claimsOf, Ledger, rangeFailures, taken, type Claim } from './claims.ts';
import type { PickedPort } from './files.ts';
import type { Asked, PublicationRecord } from './record.ts';

/** A publication that is to come into force. */
export interface Asking extends Asked {
  /** What is in force of the same owner. */
  readonly before?: PublicationRecord;
  /** Ports that were picked for it at any time. */
  readonly picks: readonly PickedPort[];
}

export type PickPort = (protocol: Claim['protocol'], hostIP: string | undefined) => Promise<number>;

/** How often a free port may turn out to be somebody's among us. */
const MOST_PICKS = 64;

/**
 * Divides the ports among publications: who holds one keeps it, then whoever comes first, and picked ones come last.
 * @param kept those that ask for nothing
 */
export async function assign(
  asking: readonly Asking[],
  kept: readonly PublicationRecord[],
  pickPort: PickPort,
): Promise<readonly PublicationRecord[]> {
  const ledger = new Ledger(kept);
  const drafts = asking.map(draft);
  const isHeld = heldBy(asking);
  const claims = drafts.flatMap((each) => claimsOf(each.record).map((claim) => ({ claim, each })));
  const inTurn = [
    ...claims.filter(({ claim }) => isHeld(claim)),
    ...claims.filter(({ claim }) => !isHeld(claim) && !claim.picked),
    ...claims.filter(({ claim }) => !isHeld(claim) && claim.picked),
  ];
  for (const { claim, each } of inTurn) {
    if (claim.picked && claim.hostPort === 0) continue;
    const holder = ledger.holder(claim);
    if (holder === undefined) ledger.add(claim);
    else if (claim.picked) each.firstPorts[claim.range] = 0;
    else each.failures.push(taken(claim, holder));
  }
  for (const { claim, each } of inTurn) {
    if (!claim.picked || each.firstPorts[claim.range] !== 0) continue;
    const { hostPort, holder } = await pickFree(ledger, claim, pickPort);
    if (holder !== undefined) {
      // Of the whole range: none was found, so there is none to lead anywhere.
      const { hostPort: _, ...failure } = taken({ ...claim, hostPort }, holder);
      each.failures.push(failure);
      continue;
    }
    each.firstPorts[claim.range] = hostPort;
    ledger.add({ ...claim, hostPort });
  }
  return drafts.map(({ record }) => record);
}

interface Draft {
  /** Made of the two lists, which are still being written. */
  readonly record: PublicationRecord;
  readonly firstPorts: number[];
  readonly failures: PublicationRecord['failures'][number][];
}

function draft({ publication, place, guests, startTime, picks }: Asking): Draft {
  const rest = [...picks];
  const firstPorts = publication.ports.map(({ protocol, hostIP, hostPort, containerPort }) => {
    if (hostPort !== 0) return hostPort;
    const at = rest.findIndex(
      (pick) => pick.protocol === protocol && pick.hostIP === hostIP && pick.containerPort === containerPort,
    );
    return at < 0 ? 0 : (rest.splice(at, 1)[0]?.hostPort ?? 0);
  });
  const failures = [...rangeFailures(publication, place)];
  const record = {
    publication,
    place,
    ...(guests === undefined ? {} : { guests }),
    ...(startTime === undefined ? {} : { startTime }),
    firstPorts,
    failures,
  };
  return { record, firstPorts, failures };
}

function heldBy(asking: readonly Asking[]): (claim: Claim) => boolean {
  const keyOf = (claim: Claim): string => `${claim.owner.uid} ${claimKey(claim)}`;
  const held = new Set(asking.flatMap(({ before }) => (before === undefined ? [] : claimsOf(before).map(keyOf))));
  return (claim) => held.has(keyOf(claim));
}

/** `holder`: somebody among us has it, and so it was every time. */
async function pickFree(ledger: Ledger, claim: Claim, pickPort: PickPort) {
  for (let tries = 1; ; tries += 1) {
    const hostPort = await pickPort(claim.protocol, claim.hostIP);
    const holder = ledger.holder({ ...claim, hostPort });
    if (holder === undefined || tries === MOST_PICKS) return { hostPort, holder };
  }
}

/** The ports that were picked for it, so that it gets them again. */
export function picksOf(record: PublicationRecord): readonly PickedPort[] {
  return record.publication.ports.flatMap(({ protocol, hostIP, hostPort, containerPort }, index) => {
    const picked = record.firstPorts[index] ?? 0;
    if (hostPort !== 0 || picked === 0) return [];
    return [{ protocol, hostPort: picked, containerPort, ...(hostIP === undefined ? {} : { hostIP }) }];
  });
}
