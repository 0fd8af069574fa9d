/**
 * Namespaces that live as long as somebody renews a Lease: one with the annotation `tsmoby.dev/lease: NAME` is deleted, with all that is in
 * it, when the Lease NAME in it has not changed for its `leaseDurationSeconds`, or is not there for as long. So nothing that a CI job or a
 * test set up outlives it, however it ended. Taking the annotation off keeps the Namespace.
 */
import type { Client } from '../../client/client.ts';
import { isReason } from '../../client/client.ts';
import { LEASE_ANNOTATION } from '../../schemas/annotations.ts';
import type { Lease } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { AllKinds } from '../engine/all-kinds.ts';
import { WorkQueue } from '../engine/queue.ts';
import type { Runnable, RunnableContext } from '../engine/runnable.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import { SignsOfLife } from './signs-of-life.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const CONCURRENCY = 4;

/** Seconds that processes get to end by themselves: nobody waits for what they would still have to say. */
const GRACE_SECONDS = 2;

/** A process that could do nothing for a while finds timers due before it reads what has come meanwhile: a renewal, perhaps. */
const SECOND_LOOK_MS = 1000;

export interface LeasedNamespacesOptions {
  readonly kinds: ServedKinds;
  /** Milliseconds on a clock that nobody sets; default: `performance.now`. */
  readonly monotonic?: () => number;
}

/** Runs under the manager as user `system:controller:leased-namespace`. */
export function createLeasedNamespaces(options: LeasedNamespacesOptions): Runnable {
  return { name: 'leased-namespace', start: (context) => new LeasedNamespaces(options, context) };
}

class LeasedNamespaces implements AsyncDisposable {
  readonly #context: RunnableContext;
  readonly #signs: SignsOfLife;
  /** Their time was over when they were looked at last. */
  readonly #overdue = new Set<string>();
  readonly #kinds: AllKinds;
  readonly #queue: WorkQueue;
  readonly #stop = new AbortController();

  constructor({ kinds, monotonic = () => performance.now() }: LeasedNamespacesOptions, context: RunnableContext) {
    this.#context = context;
    this.#signs = new SignsOfLife(monotonic);
    const clock = { now: monotonic };
    this.#queue = new WorkQueue({ ...context, clock, concurrency: CONCURRENCY, handle: (name) => this.#handle(name) });
    this.#kinds = new AllKinds({
      kinds,
      informers: context.informers,
      log: context.log,
      skip: ({ apiVersion, kind }) => !isOf(NAMESPACE, apiVersion, kind) && !isOf(LEASE, apiVersion, kind),
      opened: async (_, informer) => {
        for (const object of informer.list()) this.#changed(object);
      },
      changed: ({ object }) => this.#changed(object),
    });
    this.#queue.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kinds[Symbol.dispose]();
    this.#stop.abort();
    await this.#queue.stop();
  }

  /** Of a Lease, only namespaces that live by one are looked at. */
  #changed({ kind, metadata }: KubeObject): void {
    const name = kind === 'Namespace' ? metadata.name : (metadata.namespace ?? '');
    if (leaseNameOf(this.#namespace(name)) !== undefined) this.#queue.add(name);
    else this.#forget(name);
  }

  #namespace(name: string): KubeObject | undefined {
    return this.#kinds.find(NAMESPACE)?.informer.get(name);
  }

  #forget(name: string): void {
    this.#signs.forget(name);
    this.#overdue.delete(name);
    this.#queue.forget(name);
  }

  async #handle(name: string): Promise<void> {
    const namespace = this.#namespace(name);
    const leaseName = leaseNameOf(namespace);
    if (namespace === undefined || leaseName === undefined || namespace.metadata.deletionTimestamp !== undefined) {
      this.#forget(name);
      return;
    }
    const lease = this.#kinds.find(LEASE)?.informer.get(`${name}/${leaseName}`) as Lease | undefined;
    const left = this.#signs.look(name, namespace.metadata.uid, lease);
    if (left > 0) {
      this.#overdue.delete(name);
      this.#queue.addAfter(name, left);
    } else if (!this.#overdue.has(name)) {
      this.#overdue.add(name);
      this.#queue.addAfter(name, SECOND_LOOK_MS);
    } else {
      await this.#end(namespace, leaseName);
    }
  }

  /** Exactly the Namespace that was looked at, and only if the server itself knows of no renewal either. */
  async #end({ metadata }: KubeObject, leaseName: string): Promise<void> {
    const { client, log } = this.#context;
    const { signal } = this.#stop;
    const { name, uid, resourceVersion } = metadata;
    try {
      const newest = await readLease(client, name, leaseName, signal);
      const left = this.#signs.look(name, uid, newest);
      if (left > 0) {
        this.#queue.addAfter(name, left);
        return;
      }
      // a time of grace that is asked for first is the one that counts
      await client.deleteCollection(CONTAINER, { namespace: name, gracePeriodSeconds: GRACE_SECONDS, signal });
      const preconditions = { uid, resourceVersion };
      await client.delete({ ...NAMESPACE, name }, { propagationPolicy: 'Background', preconditions, signal });
      log.info({ namespace: name, lease: leaseName }, 'a namespace was deleted because nobody renews its lease');
      this.#forget(name);
    } catch (error) {
      if (signal.aborted || isReason(error, 'NotFound')) return;
      log.warn({ namespace: name, error }, 'a namespace whose lease is over could not be deleted; trying again');
      this.#queue.retry(name);
    }
  }
}

const isOf = (ref: { readonly apiVersion: string; readonly kind: string }, apiVersion: string, kind: string): boolean =>
  ref.apiVersion === apiVersion && ref.kind === kind;

function leaseNameOf(namespace: KubeObject | undefined): string | undefined {
  const name = namespace?.metadata.annotations?.[LEASE_ANNOTATION];
  return name === '' ? undefined : name;
}

async function readLease(
  client: Client,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Lease | undefined> {
  try {
    return await client.get<Lease>({ ...LEASE, namespace, name }, { signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
