import { isIPv6 } from 'node:net';
import { isRuntimeError } from '../errors.ts';
import type { Forward } from '../ports/firewall.ts';
import type { Host } from '../ports/host.ts';
import { canonical } from './accept-rules.ts';
import { localAddresses } from './local-addresses.ts';

export interface FlowsOptions {
  readonly host: Pick<Host, 'run'>;
  readonly log: { warn(fields: object, message: string): void };
  /** /proc/net of the network namespace. */
  readonly procNet: string;
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
export function createFlows({ host, log, procNet }: FlowsOptions): Flows {
  let isMissingTold = false;
  const run = async (verb: '-D' | '-L', address: string, filter: readonly string[]): Promise<string> => {
    const family = isIPv6(address) ? ['-f', 'ipv6'] : [];
    try {
      return (await host.run('conntrack', [verb, ...family, '-p', 'udp', ...filter])).stdout;
    } catch (error) {
      if (isRuntimeError(error, 'Internal') && /\b0 flow entries/.test(error.message)) return '';
      if (isRuntimeError(error, 'Unsupported')) {
        if (isMissingTold) return '';
        isMissingTold = true;
      }
      log.warn({ error }, 'udp flows could not be made to forget where they went');
      return '';
    }
  };
  /** Of this port of the machine: what only passes through it, to the same port of somebody else, is not ours. */
  const forgetAt = async (address: string, hostPort: number): Promise<void> => {
    const port = ['--orig-port-dst', String(hostPort)];
    const found = destinationsOf(await run('-L', address, port));
    if (found.size === 0) return;
    const local = await localAddresses(procNet);
    for (const each of found) {
      if (each.startsWith('127.') || local.has(canonical(each)))
        await run('-D', address, [...port, '--orig-dst', each]);
    }
  };
  return {
    async forgetTo(addresses) {
      for (const address of new Set(addresses)) await run('-D', address, ['--reply-src', address]);
    },
    async forgetOf(forwards) {
      const ports = forwards.filter(({ protocol }) => protocol === 'UDP');
      if (ports.length > MOST_PORTS) return;
      for (const { hostIP, hostPort, address } of ports) {
        if (hostIP === undefined) await forgetAt(address, hostPort);
        else await run('-D', address, ['--orig-port-dst', String(hostPort), '--orig-dst', hostIP]);
      }
    },
  };
}

/** Where flows were sent to: the first `dst` of each line. */
const destinationsOf = (listed: string): ReadonlySet<string> =>
  new Set(listed.split('\n').flatMap((line) => /\bdst=(\S+)/.exec(line)?.[1] ?? []));
