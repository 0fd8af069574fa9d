import { isIPv6 } from 'node:net';
import { isRuntimeError } from '../errors.ts';
import type { Forward } from '../ports/firewall.ts';
import type { Host } from '../ports/host.ts';

export interface FlowsOptions {
  readonly host: Pick<Host, 'run'>;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Flows {
  /** UDP flows that are answered from these addresses. */
  forgetTo(addresses: readonly string[]): Promise<void>;
  /** UDP flows to ports that were led nowhere so far: who sends all the time would never get to the new target. */
  forgetOf(forwards: readonly Forward[]): Promise<void>;
}

/** Each port costs a program: with more new ones at once, flows end by themselves, half a minute after their last packet. */
const MOST_PORTS = 32;

/** The kernel's memory of flows. Never rejects: what is left there ends by itself. */
export function createFlows({ host, log }: FlowsOptions): Flows {
  let isMissingTold = false;
  const forget = async (address: string | undefined, filter: readonly string[]): Promise<void> => {
    const family = address !== undefined && isIPv6(address) ? ['-f', 'ipv6'] : [];
    try {
      await host.run('conntrack', ['-D', ...family, '-p', 'udp', ...filter]);
    } catch (error) {
      if (isRuntimeError(error, 'Internal') && /\b0 flow entries/.test(error.message)) return;
      if (isRuntimeError(error, 'Unsupported')) {
        if (isMissingTold) return;
        isMissingTold = true;
      }
      log.warn({ error }, 'udp flows could not be made to forget where they went');
    }
  };
  return {
    async forgetTo(addresses) {
      for (const address of new Set(addresses)) await forget(address, ['--reply-src', address]);
    },
    async forgetOf(forwards) {
      const ports = forwards.filter(({ protocol }) => protocol === 'UDP');
      if (ports.length > MOST_PORTS) return;
      for (const { hostIP, hostPort, address } of ports) {
        const at = hostIP === undefined ? [] : ['--orig-dst', hostIP];
        await forget(address, ['--orig-port-dst', String(hostPort), ...at]);
      }
    },
  };
}
