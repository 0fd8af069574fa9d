/** What is answered to a question out of the table: no sockets, no bytes. */
import type { NamedHost } from '../../ports/netd.ts';
import type { Found, NameIndex } from './name-index.ts';
import { canonical } from './name-index.ts';

export interface Question {
  readonly name: string;
  readonly type: string;
}

export interface Record {
  readonly type: 'A' | 'AAAA' | 'PTR';
  readonly data: string;
}

export type Verdict =
  | { readonly kind: 'answer'; readonly records: readonly Record[] }
  | { readonly kind: 'unknown' }
  /** Not a name of ours. */
  | { readonly kind: 'forward' };

export interface Asking {
  readonly index: NameIndex;
  readonly networks: readonly string[];
  /** Whether names of this host have addresses now. */
  readonly serves: (host: NamedHost) => boolean;
  /** Counts up: who is first among several takes turns. */
  readonly turn: number;
}

export function answerOf(question: Question, asking: Asking): Verdict {
  const name = question.name.toLowerCase().replace(/\.$/, '');
  const reverse = reverseAddress(name);
  if (reverse !== undefined) return reverseAnswer(question.type, reverse, asking);
  const found = asking.index.find(asking.networks, name);
  if (!found) return { kind: 'forward' };
  const addresses = [
    ...new Set(found.filter(({ host }) => asking.serves(host)).flatMap(({ addresses: all }: Found) => all)),
  ];
  const records = (['A', 'AAAA'] as const)
    .filter((type) => question.type === type || question.type === 'ANY')
    .flatMap((type) =>
      rotated(
        addresses.filter((address) => address.includes(':') === (type === 'AAAA')),
        asking.turn,
      ).map((data) => ({ type, data })),
    );
  return { kind: 'answer', records };
}

function reverseAnswer(type: string, address: string, { index, networks }: Asking): Verdict {
  const host = index.hostAt(networks, address);
  if (host === undefined) return { kind: 'forward' };
  if (host === null) return { kind: 'unknown' };
  const asked = type === 'PTR' || type === 'ANY';
  return { kind: 'answer', records: asked ? [{ type: 'PTR', data: `${host.name}.${host.namespace}` }] : [] };
}

function rotated<T>(list: readonly T[], turn: number): readonly T[] {
  const by = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(by), ...list.slice(0, by)];
}

/** The address that a name below in-addr.arpa or ip6.arpa stands for. */
export function reverseAddress(name: string): string | undefined {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (v4) {
    const octets = v4.slice(1).toReversed();
    return octets.every((octet) => Number(octet) < 256) ? octets.map(Number).join('.') : undefined;
  }
  if (!/^([0-9a-f]\.){32}ip6\.arpa$/.test(name)) return undefined;
  const digits = name.slice(0, 63).split('.').toReversed().join('');
  return canonical((digits.match(/.{4}/g) ?? []).join(':'));
}
