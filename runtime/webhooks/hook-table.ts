import { hash } from 'node:crypto';
import type { Webhook } from '../ports/webhooks.ts';
import { TokenBucket, type BucketClock } from './token-bucket.ts';

export interface ServedHook {
  readonly hook: Webhook;
  readonly bucket: TokenBucket;
}

/** Hooks by their paths, found by the digest of the path: how long a look takes tells nothing of paths that are there. */
export class HookTable {
  readonly #hooks = new Map<string, ServedHook>();
  readonly #clock: BucketClock;

  constructor(clock: BucketClock) {
    this.#clock = clock;
  }

  add(path: string, hook: Webhook): Disposable {
    const digest = hash('sha256', path);
    const served = { hook, bucket: new TokenBucket(this.#clock) };
    this.#hooks.set(digest, served);
    return {
      [Symbol.dispose]: () => {
        if (this.#hooks.get(digest) === served) this.#hooks.delete(digest);
      },
    };
  }

  find(path: string): ServedHook | undefined {
    return this.#hooks.get(hash('sha256', path));
  }
}
