import type { Log } from '../../controllers/engine/environment.ts';
import { createFirewall } from '../../runtime/firewall/create.ts';
import { readProcessStat } from '../../runtime/host/process-stat.ts';
import { openNetworks } from '../../runtime/network/open-networks.ts';
import type { Host, HostFacts } from '../../runtime/ports/host.ts';
import type { Netd } from '../../runtime/ports/netd.ts';
import type { Networks } from '../../runtime/ports/networks.ts';
import type { Publications } from '../../runtime/ports/publications.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import { openPublications } from '../../runtime/publications/create.ts';

export interface NetworkingOptions {
  readonly facts: HostFacts;
  readonly host: Host;
  readonly netd: Netd;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
}

/** The ports of runtime/ that make up a machine's networks, each filled by an adapter that knows nothing of the others. */
export interface Networking {
  readonly networks: Networks;
  readonly sandboxes: Sandboxes;
  readonly publications: Publications;
}

/** Nothing is changed on the machine until somebody wants a network. */
export async function openNetworking({ facts, host, netd, log, env }: NetworkingOptions): Promise<Networking> {
  const firewall = createFirewall({ facts, host, log });
  const late: { dnsProblem: (gateway: string) => string | undefined } = { dnsProblem: () => undefined };
  const dnsProblem = (gateway: string): string | undefined => late.dnsProblem(gateway);
  const opened = await openNetworks({ facts, host, firewall, log, env, dnsProblem });
  const { networks, sandboxes, placeOf, namedNetworks } = opened;
  const published = await openPublications({ facts, firewall, netd, placeOf, networks: namedNetworks, startTimeOf });
  late.dnsProblem = published.dnsProblem;
  // A netd that does not answer is no trouble of a network's: it hears of it when it is back.
  const refreshNames = (): Promise<void> =>
    published.refreshNames().catch((err: unknown) => log.warn({ err }, 'netd was not told of networks'));
  return {
    networks: {
      occupied: () => networks.occupied(),
      async ensure(spec) {
        // Whoever had port 53 of its gateway may have gone.
        if (spec.subnets.some(({ gateway }) => published.dnsProblem(gateway) !== undefined)) await refreshNames();
        return networks.ensure(spec);
      },
      async remove(uid) {
        await networks.remove(uid);
        // Port 53 of a gateway that is gone is let go of.
        await refreshNames();
      },
      list: () => networks.list(),
      async repair() {
        const lost = await networks.repair();
        await published.refreshNames();
        return lost;
      },
    },
    sandboxes: answeringFirst(sandboxes, namedNetworks, () => published.refreshNames()),
    publications: published.publications,
  };
}

/** Names are answered at a new network's gateway before the first process that may ask is started. */
function answeringFirst(
  sandboxes: Sandboxes,
  namedNetworks: () => readonly { readonly uid: string }[],
  refreshNames: () => Promise<void>,
): Sandboxes {
  let answered = '';
  return {
    ...sandboxes,
    async ensure(spec) {
      const sandbox = await sandboxes.ensure(spec);
      const there = namedNetworks()
        .map(({ uid }) => uid)
        .join(' ');
      if (there !== answered) {
        await refreshNames();
        answered = there;
      }
      return sandbox;
    },
  };
}

const startTimeOf = async (pid: number): Promise<string | undefined> => (await readProcessStat(pid))?.startTime;
