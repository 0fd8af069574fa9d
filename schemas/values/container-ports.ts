import type { ContainerPort } from '../gen/types.ts';
import { formatAddress, parseAddress } from './addresses.ts';

/** Two ports of one Container that want the same one of the machine. */
export interface PortClash {
  /** Index of the later one in the list. */
  readonly index: number;
  readonly earlier: number;
  readonly hostPort: number;
}

/** The first of them; undefined when all can be published beside each other. Ports that are picked (0) get out of each other's way. */
export function findPortClash(ports: readonly ContainerPort[]): PortClash | undefined {
  const asked = ports.map(rangeOf);
  for (const [index, one] of asked.entries()) {
    if (one === undefined) continue;
    const earlier = asked.slice(0, index).findIndex((other) => other !== undefined && areInTheWay(one, other));
    const other = asked[earlier];
    if (other !== undefined) return { index, earlier, hostPort: Math.max(one.first, other.first) };
  }
  return undefined;
}

interface Range {
  readonly protocol: string;
  readonly hostIP: string | undefined;
  readonly first: number;
  readonly last: number;
}

function rangeOf({ protocol = 'TCP', hostIP, hostPort = 0, containerPort, endPort }: ContainerPort): Range | undefined {
  if (hostPort === 0) return undefined;
  return { protocol, hostIP, first: hostPort, last: hostPort + (endPort ?? containerPort) - containerPort };
}

const areInTheWay = (one: Range, other: Range): boolean =>
  one.protocol === other.protocol &&
  one.first <= other.last &&
  other.first <= one.last &&
  haveCommonAddress(one.hostIP, other.hostIP);

/** Absent: all addresses of the machine; `0.0.0.0` and `::`: all of one family. In any form. */
function haveCommonAddress(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  const [a, b] = [canonical(one), canonical(other)];
  if (a === b) return true;
  if (a.includes(':') !== b.includes(':')) return false;
  return [a, b].some((address) => address === '0.0.0.0' || address === '::');
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}
