import type { Forward } from '../ports/firewall.ts';
import type { NamedHost } from '../ports/netd.ts';
import { settledClaims, targetsFor } from './claims.ts';
import { perRecord } from './per-record.ts';
import type { Place, PublicationRecord } from './record.ts';

/** Where the ports of a record lead, one by one. */
export const forwardsOf = perRecord((record): readonly Forward[] =>
  settledClaims(record).flatMap(({ protocol, hostIP, hostPort, containerPort }) =>
    targetsFor(hostIP, record.place).map((address) => ({
      protocol,
      // All addresses of one family are all that lead to a target of that family.
      ...(hostIP === undefined || hostIP === '0.0.0.0' || hostIP === '::' ? {} : { hostIP }),
      hostPort,
      address,
      port: containerPort,
    })),
  ),
);

/** What name servers are told of it: itself, and those that have its name, may ask for others', and are not to be found by it. */
export const hostsOf = perRecord((record): readonly NamedHost[] => [
  hostOf(record),
  ...(record.guests ?? []).map((place) => guestOf(record, place)),
]);

function guestOf({ publication: { owner, names } }: PublicationRecord, place: Place): NamedHost {
  const joined = place.filter(({ network }) => names.some((known) => known.network === network));
  return {
    namespace: owner.namespace,
    name: owner.name,
    places: joined.map(({ network, addresses }) => ({ network, addresses, names: [] })),
    ready: false,
  };
}

/** Without a process that is known it is not ready, where it was said to have one. */
function hostOf({ publication, place, startTime }: PublicationRecord): NamedHost {
  const { owner, names, ready, pid } = publication;
  return {
    namespace: owner.namespace,
    name: owner.name,
    places: names.flatMap((known) => {
      const attachment = place.find(({ network }) => network === known.network);
      const others = known.names.filter((name) => name !== owner.name);
      return attachment === undefined
        ? []
        : [{ network: known.network, addresses: attachment.addresses, names: others }];
    }),
    ready: ready && (pid === undefined || startTime !== undefined),
    ...(pid === undefined || startTime === undefined ? {} : { process: { pid, startTime } }),
  };
}
