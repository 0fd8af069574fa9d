import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { ImageRecord, Images } from '../../runtime/ports/images.ts';
import type { Build } from '../../schemas/gen/types.ts';
import type { EventSource } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { BUILD } from './names.ts';

/**
 * Image records that were found whole. A look at the store is made once, and again when the store told of a change, or may have kept quiet
 * about one: so a Build with nothing to do costs no call.
 */
export class Results {
  readonly #whole = new Map<string, ImageRecord>();
  /** Looks under way, each with a token that is taken away when something changes meanwhile. */
  readonly #looking = new Map<string, object>();
  /** What was there when this daemon first looked. */
  #first: Promise<readonly ImageRecord[]> | undefined;
  readonly #clearedUp = new Set<string>();
  readonly #images: Images;
  readonly #events: RuntimeEvents;

  constructor(images: Images, events: RuntimeEvents) {
    this.#images = images;
    this.#events = events;
  }

  /** A record that is changed behind our back wakes its Build; a runtime that comes back wakes all. */
  readonly source: EventSource = {
    start: (enqueue, reader) =>
      this.#events.subscribe((event) => {
        if (event.type === 'image') {
          this.#forgetRecord(event.name);
          reader
            .list<Build>(BUILD, { index: { name: 'record', value: event.name } })
            .map(keyOf)
            .forEach(enqueue);
        } else if (event.type === 'connected') {
          this.#whole.clear();
          this.#looking.clear();
          reader.list<Build>(BUILD).map(keyOf).forEach(enqueue);
        }
      }),
  };

  /** The record, if all of it is there. Rejects with Unavailable while the runtime is away. */
  async find(name: string, signal: AbortSignal): Promise<ImageRecord | undefined> {
    const known = this.#whole.get(name);
    if (known !== undefined) return known;
    const look = {};
    this.#looking.set(name, look);
    try {
      const record = await this.#images.get(name, signal);
      if (record === undefined || !(await this.#images.verify(record, signal))) return undefined;
      // Of what changed meanwhile nobody knows how it is.
      if (this.#looking.get(name) === look) this.#whole.set(name, record);
      return record;
    } finally {
      if (this.#looking.get(name) === look) this.#looking.delete(name);
    }
  }

  #forgetRecord(name: string): void {
    this.#whole.delete(name);
    this.#looking.delete(name);
  }

  /**
   * Removes the records of this owner that a former daemon made and did not come to write down. Once for each owner: later there are none
   * that this daemon does not know of.
   */
  async clearUp(uid: string, known: ReadonlySet<string>): Promise<void> {
    if (this.#clearedUp.has(uid)) return;
    this.#first ??= this.#images.list();
    try {
      const records = (await this.#first).filter(({ name, owner }) => owner.uid === uid && !known.has(name));
      for (const { name } of records) await this.remove(name);
      this.#clearedUp.add(uid);
    } catch (error) {
      this.#first = undefined;
      throw error;
    }
  }

  /** Removes records of this owner that `isLeft` names: looked for in the store, as nobody has a list of them. */
  async removeOf(uid: string, isLeft: (name: string) => boolean, signal: AbortSignal): Promise<void> {
    const records = (await this.#images.list(signal)).filter(({ name, owner }) => owner.uid === uid && isLeft(name));
    for (const { name } of records) await this.remove(name);
  }

  /** The owner is gone. */
  forget(uid: string): void {
    this.#clearedUp.delete(uid);
  }

  async remove(name: string): Promise<void> {
    this.#forgetRecord(name);
    await this.#images.delete(name);
  }
}
