/** What is published as it changes: of thousands of ports a change concerns a few, and these alone are told. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Forward } from '../ports/firewall.ts';
import { elementOf } from './forwards-part.ts';

/** By protocol, address, port and family. Of two with one key the first stands. */
export type ForwardIndex = ReadonlyMap<string, Forward>;

const forwardKey = ({ protocol, hostIP = '', hostPort, address }: Forward): string =>
  `${protocol} ${hostIP} ${String(hostPort)} ${address.includes(':') ? '6' : '4'}`;

/** Each step of so many is done in a turn of the event loop of its own. */
const STEP = 2000;

/** The answer remembers the keys of objects that it has seen, and lists that it was given. */
export function createForwardIndexer(): (forwards: readonly Forward[]) => Promise<ForwardIndex> {
  const keys = new WeakMap<Forward, string>();
  const lists = new WeakMap<readonly Forward[], ForwardIndex>();
  return async (forwards) => {
    const known = lists.get(forwards);
    if (known !== undefined) return known;
    const index = new Map<string, Forward>();
    for (const [number, forward] of forwards.entries()) {
      const key = keys.get(forward) ?? forwardKey(forward);
      keys.set(forward, key);
      if (!index.has(key)) index.set(key, forward);
      if (number % STEP === STEP - 1) await breathe();
    }
    lists.set(forwards, index);
    return index;
  };
}

/** One that leads elsewhere now is among both `gone` and `added`. */
export interface ForwardsChange {
  readonly gone: readonly Forward[];
  readonly added: readonly Forward[];
  /** Of `added`: those whose port led nowhere before. */
  readonly opened: readonly Forward[];
}

export function changeOf(before: ForwardIndex, now: ForwardIndex): ForwardsChange {
  const [gone, added, opened]: [Forward[], Forward[], Forward[]] = [[], [], []];
  const differs = (one: Forward, other: Forward | undefined): boolean =>
    one !== other && (one.address !== other?.address || one.port !== other.port);
  for (const [key, forward] of before) if (differs(forward, now.get(key))) gone.push(forward);
  for (const [key, forward] of now) {
    const other = before.get(key);
    if (differs(forward, other)) added.push(forward);
    if (other === undefined) opened.push(forward);
  }
  return { gone, added, opened };
}

/** Lines of one transaction, for a table that has all of what was there before. */
export function changeLines(table: string, { gone, added }: ForwardsChange): readonly string[] {
  return [
    ...gone.map(elementOf).map(({ map, at }) => `delete element inet ${table} ${map} { ${at} }`),
    ...added.map(elementOf).map(({ map, at, target }) => `add element inet ${table} ${map} { ${at} : ${target} }`),
  ];
}
