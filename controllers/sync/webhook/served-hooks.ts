import type { SyncSource } from '../../../runtime/ports/sync-sources.ts';
import type { Webhooks } from '../../../runtime/ports/webhooks.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import type { Key } from '../../engine/contract.ts';
import { createHook, hookPath } from './hook.ts';
import type { WebhookType } from './signature.ts';

export interface WantedHook {
  readonly uid: string;
  readonly type: WebhookType;
  readonly token: string;
  readonly source: SyncSource;
}

interface Served extends Disposable {
  /** What it was made of. */
  readonly of: string;
}

/** The hooks of all Syncs. */
export class ServedHooks {
  readonly #served = new Map<Key, Served>();
  readonly #webhooks: Webhooks;
  readonly #onCall: (key: Key) => void;

  constructor(webhooks: Webhooks, onCall: (key: Key) => void) {
    this.#webhooks = webhooks;
    this.#onCall = onCall;
  }

  get address(): string | undefined {
    return this.#webhooks.address;
  }

  /** Just this is served for the Sync from now on; answers its path. */
  keep(key: Key, wanted: WantedHook): string {
    const { uid, type, token, source } = wanted;
    const path = hookPath(uid, token);
    const of = fingerprint([path, type, source.type, source.type === 'git' ? source.ref : null]);
    if (this.#served.get(key)?.of === of) return path;
    this.drop(key);
    const hook = createHook({ type, token, source, onCall: () => this.#onCall(key) });
    const served = this.#webhooks.serve(path, hook);
    this.#served.set(key, { of, [Symbol.dispose]: () => served[Symbol.dispose]() });
    return path;
  }

  drop(key: Key): void {
    this.#served.get(key)?.[Symbol.dispose]();
    this.#served.delete(key);
  }

  /** For whoever ends all of it. */
  [Symbol.dispose](): void {
    for (const key of this.#served.keys()) this.drop(key);
  }
}
