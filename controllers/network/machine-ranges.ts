import type { Networks } from '../../runtime/ports/networks.ts';
import { parseCidr } from '../../schemas/values/addresses.ts';
import type { Clock } from '../engine/environment.ts';
import { RangeBook } from './range-book.ts';

/** Who picks a range knows what the machine occupied this long ago at the most. */
const FRESH_MS = 5000;

/** What routes and interfaces of the machine occupy, looked up once for many networks. */
export class MachineRanges {
  readonly #networks: Networks;
  readonly #clock: Clock;
  #book = new RangeBook<string>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(networks: Networks, clock: Clock) {
    this.#networks = networks;
    this.#clock = clock;
  }

  /** As it was last seen. The holder of each range is a text for a person. */
  get known(): RangeBook<string> {
    return this.#book;
  }

  /** Rejects like Networks.occupied. */
  async fresh(): Promise<void> {
    if (this.#clock.now() - this.#lookedAt >= FRESH_MS) await this.look();
  }

  /** Now, or as soon as the look that is under way is done. */
  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async #look(): Promise<void> {
    const occupied = await this.#networks.occupied();
    this.#book = RangeBook.of(
      occupied.flatMap(({ subnet, holder }) => {
        const range = parseCidr(subnet);
        // A default route takes nobody's addresses.
        return range === undefined || range.length === 0 ? [] : [[range, `${subnet} (${holder})`] as const];
      }),
    );
    this.#lookedAt = this.#clock.now();
  }
}
