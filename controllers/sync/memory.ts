import type { KubeObject } from '../../schemas/object.ts';
import { backoffMs } from '../engine/backoff.ts';
import type { ObjectId } from './names.ts';
import { standOf } from './stand.ts';

/** What was last sent of an object, and how it stood after that. */
export interface Remembered {
  /** Digest of what was sent. */
  readonly sent: string;
  readonly uid: string;
  readonly version: string;
  readonly stand: string;
}

/** An object that the server refused: it is not sent again before its time, unless it is another one by then. */
export interface Refused {
  readonly sent: string;
  readonly message: string;
  readonly times: number;
  readonly retryAt: number;
}

/** What saves calls for the objects of one Sync. All of it can be lost: then each is sent once more, and nothing is written. */
export class Memory {
  readonly objects = new Map<ObjectId, Remembered>();
  readonly refused = new Map<ObjectId, Refused>();
  /** In mode Warn: how an object differs, by its stand at that time. */
  readonly differences = new Map<ObjectId, { readonly stand: string; readonly fields: readonly string[] }>();

  /** Objects that somebody else changed, and that were set back. */
  readonly #corrected = new Map<ObjectId, { readonly times: number; readonly at: number }>();

  /** It was set back. */
  correct(id: ObjectId, now: number): void {
    const before = this.#corrected.get(id);
    const times = before === undefined || now - before.at > CALM_MS ? 1 : before.times + 1;
    this.#corrected.set(id, { times, at: now });
  }

  /** When it may be set back again: at once, unless somebody changes it again and again. */
  heldUntil(id: ObjectId): number {
    const corrected = this.#corrected.get(id);
    return corrected === undefined ? 0 : corrected.at + backoffMs(corrected.times - AT_ONCE, MAX_RETRY_MS);
  }

  remember(id: ObjectId, sent: string, object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    this.objects.set(id, { sent, uid, version, stand: standOf(object) });
    this.refused.delete(id);
    this.differences.delete(id);
  }

  refuse(id: ObjectId, sent: string, message: string, now: number): void {
    const before = this.refused.get(id);
    const times = before?.sent === sent ? before.times + 1 : 1;
    const retryAt = now + backoffMs(times, MAX_RETRY_MS);
    this.refused.set(id, { sent, message, times, retryAt });
  }

  /** Only these are remembered from now on. */
  keep(ids: { has(id: ObjectId): boolean }): void {
    for (const map of [this.objects, this.refused, this.differences, this.#corrected]) {
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
    }
  }

  /** Whatever was refused may be sent again at once. */
  forgive(): void {
    this.refused.clear();
  }
}

const MAX_RETRY_MS = 60_000;
/** So often in a row an object is set back at once. */
const AT_ONCE = 5;
/** After so long without a change nobody fights for it any more. */
const CALM_MS = 120_000;
