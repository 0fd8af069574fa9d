import type { Subnet } from '../../runtime/ports/networks.ts';
import type { Network } from '../../schemas/gen/types.ts';
import { parseCidr, type Cidr } from '../../schemas/values/addresses.ts';
import type { Reader } from '../engine/contract.ts';
import { RangeBook } from './range-book.ts';

export const NETWORK = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Network' } as const;

export interface Claimant {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Which network has which ranges. Status says it durably; a claim is made before status is written, in one go with the look whether it is free, so
 * that two networks that are worked on at once never get the same.
 */
export class Claims {
  #book: RangeBook<Claimant> | undefined;
  readonly #claimed = new Map<string, readonly Cidr[]>();
  readonly #isOurs: (network: Network) => boolean;

  constructor(isOurs: (network: Network) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Another network that has an address of it. */
  holder(range: Cidr, uid: string, reader: Reader): Claimant | undefined {
    return this.holders(range, uid, reader)[0];
  }

  /** All other networks that have an address of it. */
  holders(range: Cidr, uid: string, reader: Reader): readonly Claimant[] {
    const others = this.#loaded(reader)
      .overlapping(range)
      .filter((claimant) => claimant.uid !== uid);
    // Their finalizers were forced off, so nobody told that they went.
    for (const claimant of others.filter((one) => isGone(one, reader))) this.release(claimant.uid);
    return others.filter((claimant) => !isGone(claimant, reader));
  }

  /** These, and no others any more; what another has stays its own. */
  claim(claimant: Claimant, subnets: readonly Subnet[], reader: Reader): void {
    const book = this.#loaded(reader);
    this.release(claimant.uid);
    const had = rangesOf(subnets).filter((range) => book.add(range, claimant));
    if (had.length > 0) this.#claimed.set(claimant.uid, had);
  }

  release(uid: string): void {
    for (const range of this.#claimed.get(uid) ?? []) this.#book?.delete(range, (holder) => holder.uid === uid);
    this.#claimed.delete(uid);
  }

  /** Networks of which a range overlaps one of these. */
  over(ranges: Iterable<Cidr>): readonly Claimant[] {
    const book = this.#book;
    return book === undefined ? [] : [...ranges].flatMap((range) => book.overlapping(range));
  }

  /** What status says, when it is first asked for: of two that say the same the elder has it. */
  #loaded(reader: Reader): RangeBook<Claimant> {
    if (this.#book !== undefined) return this.#book;
    const networks = reader.list<Network>(NETWORK).filter((network) => this.#isOurs(network));
    const elderFirst = networks.toSorted((a, b) => (createdAt(a) < createdAt(b) ? -1 : 1));
    this.#book = RangeBook.of(
      elderFirst.flatMap((network) =>
        rangesOf(network.status?.subnets ?? []).map((range) => [range, claimantOf(network)] as const),
      ),
    );
    for (const [range, { uid }] of this.#book) this.#claimed.set(uid, [...(this.#claimed.get(uid) ?? []), range]);
    return this.#book;
  }
}

export const claimantOf = ({ metadata }: Network): Claimant => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid,
});

const createdAt = ({ metadata }: Network): string => metadata.creationTimestamp;

const isGone = ({ namespace, name, uid }: Claimant, reader: Reader): boolean =>
  reader.get<Network>(NETWORK, namespace, name)?.metadata.uid !== uid;

export const rangesOf = (subnets: readonly { readonly subnet?: string }[]): readonly Cidr[] =>
  subnets.flatMap(({ subnet = '' }) => parseCidr(subnet) ?? []);
