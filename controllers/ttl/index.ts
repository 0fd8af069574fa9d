/**
 * The TTL controller: an object with the annotation `tsmoby.dev/ttl` (a duration) or `tsmoby.dev/ttl-seconds` is deleted that long after its
 * creation, whatever its kind; a Namespace takes its content along. What was set up for a while (a CI run, a review
 * copy) goes by itself, also when whoever set it up was killed. Taking the annotation off keeps the object.
 *
 * Events need no such help: the API server's store ends them.
 */
import { isReason } from '../../client/client.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { AllKinds } from '../engine/all-kinds.ts';
import type { Informer } from '../engine/informer.ts';
import { itemKey, itemKeyOf, parseItemKey } from '../engine/item-key.ts';
import { refOf } from '../engine/keys.ts';
import { WorkQueue } from '../engine/queue.ts';
import type { Runnable, RunnableContext } from '../engine/runnable.ts';
import type { ServedKind, ServedKinds } from '../engine/served-kinds.ts';
import { expiryOf } from './expiry.ts';

const CONCURRENCY = 4;
const INDEX = 'ttl/expiring';
const EXPIRING = 'true';

export interface TtlControllerOptions {
  readonly kinds: ServedKinds;
}

/** Runs under the manager as user `system:controller:ttl`. */
export function createTtlController({ kinds }: TtlControllerOptions): Runnable {
  return { name: 'ttl', start: (context) => new TtlController(kinds, context) };
}

class TtlController implements AsyncDisposable {
  readonly #context: RunnableContext;
  readonly #kinds: AllKinds;
  readonly #queue: WorkQueue;
  readonly #stop = new AbortController();

  constructor(kinds: ServedKinds, context: RunnableContext) {
    this.#context = context;
    this.#queue = new WorkQueue({ ...context, concurrency: CONCURRENCY, handle: (key) => this.#handle(key) });
    this.#kinds = new AllKinds({
      kinds,
      informers: context.informers,
      log: context.log,
      skip: (kind) => kind.kind === 'Event',
      opened: (kind, informer, signal) => this.#opened(kind, informer, signal),
      changed: ({ type, object }) => {
        if (type !== 'DELETED' && expiryOf(object).type !== 'never') this.#queue.add(itemKeyOf(object));
      },
    });
    this.#queue.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kinds[Symbol.dispose]();
    this.#stop.abort();
    await this.#queue.stop();
  }

  async #opened(kind: ServedKind, informer: Informer, signal: AbortSignal): Promise<void> {
    await informer.addIndex(INDEX, (object) => (expiryOf(object).type === 'never' ? [] : [EXPIRING]), signal);
    for (const key of informer.keysOf(INDEX, EXPIRING)) this.#queue.add(itemKey(kind, key));
  }

  async #handle(key: string): Promise<void> {
    const { kind, key: objectKey } = parseItemKey(key);
    const object = this.#kinds.find(kind)?.informer.get(objectKey);
    if (!object || object.metadata.deletionTimestamp !== undefined) {
      this.#queue.forget(key);
      return;
    }
    const expiry = expiryOf(object);
    if (expiry.type === 'invalid') this.#context.event(object, 'Warning', REASONS.InvalidSpec, expiry.message);
    if (expiry.type !== 'at') return;
    const left = expiry.time - this.#context.clock.now();
    if (left > 0) this.#queue.addAfter(key, left);
    else await this.#expire(key, object);
  }

  /** Exactly the object that was looked at: an annotation that was just changed counts. */
  async #expire(key: string, object: KubeObject): Promise<void> {
    const { client, log } = this.#context;
    const { uid, resourceVersion, namespace, name } = object.metadata;
    const fields = { kind: object.kind, namespace, name };
    try {
      const preconditions = { uid, resourceVersion };
      const { signal } = this.#stop;
      await client.delete(refOf(object), { propagationPolicy: 'Background', preconditions, signal });
      log.info(fields, 'an object was deleted because its time was over');
      this.#queue.forget(key);
    } catch (error) {
      if (this.#stop.signal.aborted || isReason(error, 'NotFound')) return;
      log.warn({ ...fields, error }, 'an object whose time is over could not be deleted; trying again');
      this.#queue.retry(key);
    }
  }
}
