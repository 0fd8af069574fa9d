/**
 * CustomResourceDefinitions at run time: follows the stored definitions, and makes their resources appear in the registry,
 * change with them, and vanish with them.
 *
 * - A change of a definition that is served already takes effect before its writer is answered: the cache tells of it
 *   synchronously, and schemas are compiled when they are needed.
 * - A new definition gets its storage first, then its place in the registry, and only then its condition Established: whoever
 *   sees that condition can use the kind.
 * - A definition that is being deleted refuses creates at once. Its objects are deleted, and when the last one has gone, and
 *   their finalizers were honoured, its own finalizer goes, and with it what was served.
 *
 * All work is by level, from the stored definition and what is served: a crash at any point is made good by the next start.
 */
import type { CustomResourceDefinition } from '../../schemas/gen/types.ts';
import type { ApiLog } from '../context.ts';
import type { KindStore } from '../registry/kind-store.ts';
import type { KindSurroundings } from '../registry/open-kind.ts';
import type { Registry } from '../registry/registry.ts';
import type { CacheChange } from '../watch-cache/events.ts';
import { isTrue, type CrdCondition } from './conditions.ts';
import { CLEANUP_FINALIZER } from './finalizer.ts';
import { DefinitionStatus } from './definition-status.ts';
import { ServedDefinitions } from './served-definitions.ts';
import { Work } from './work.ts';

export interface CustomResourcesOptions {
  /** Of CustomResourceDefinition itself. */
  readonly definitions: KindStore;
  readonly registry: Registry;
  readonly surroundings: KindSurroundings;
  readonly log: ApiLog;
}

const ESTABLISHED: CrdCondition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};
const NOT_ACCEPTED: CrdCondition = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};
const terminating = (status: 'True' | 'False', reason: string, message: string): CrdCondition => ({
  type: 'Terminating',
  status,
  reason,
  message,
});

export class CustomResources implements AsyncDisposable {
  readonly #definitions: KindStore;
  readonly #served: ServedDefinitions;
  readonly #status: DefinitionStatus;
  readonly #work: Work;
  readonly #log: ApiLog;
  readonly #stop = new AbortController();
  readonly #following: Disposable;

  private constructor({ definitions, registry, surroundings, log }: CustomResourcesOptions) {
    this.#definitions = definitions;
    this.#log = log;
    this.#served = new ServedDefinitions({
      registry,
      surroundings,
      log,
      emptied: (name) => this.#work.add(name),
    });
    this.#status = new DefinitionStatus(definitions);
    this.#work = new Work({
      run: (name) => this.#reconcile(name),
      onError: (name, err) => log.error({ crd: name, err }, 'a custom resource definition could not be followed'),
    });
    this.#following = definitions.cache.subscribe({ change: (change) => this.#changed(change) });
  }

  /** Resolves when every definition that was established is served again. One that cannot be served stops no other. */
  static async start(options: CustomResourcesOptions): Promise<CustomResources> {
    const resources = new CustomResources(options);
    const stored = options.definitions.cache.snapshot().map(({ name }) => name);
    const established = stored.filter((name) =>
      isTrue(resources.#get(name) as CustomResourceDefinition, 'Established'),
    );
    resources.#served.claimStored(established.map((name) => resources.#get(name) as CustomResourceDefinition));
    await Promise.all(established.map((name) => resources.#bring(name)));
    for (const name of stored) resources.#work.add(name);
    return resources;
  }

  /** The storage of a custom kind, in the version that controllers follow; undefined when nobody defines it. */
  kind(group: string, plural: string): KindStore | undefined {
    return this.#served.kind(group, plural);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#following[Symbol.dispose]();
    this.#stop.abort();
    await this.#work[Symbol.asyncDispose]();
    this.#served[Symbol.dispose]();
  }

  /** Called before the writer of the definition is answered. */
  #changed({ entry, previous }: CacheChange): void {
    const name = (entry ?? previous)?.name ?? '';
    this.#guarded(name, () => {
      const replaced = entry !== undefined && previous !== undefined && previous.uid !== entry.uid;
      if (entry === undefined || replaced) for (const other of this.#served.drop(name)) this.#work.add(other);
      const crd = this.#get(name);
      if (crd !== undefined) this.#served.refresh(crd);
    });
    if (entry !== undefined) this.#work.add(name);
  }

  /** A definition that cannot be understood leaves what is served as it is, and is told in the log. */
  #guarded(name: string, act: () => void): void {
    try {
      act();
    } catch (err) {
      this.#log.error({ crd: name, err }, 'a custom resource definition cannot be served');
    }
  }

  #get(name: string): CustomResourceDefinition | undefined {
    const { cache } = this.#definitions;
    const entry = cache.get('', name);
    return entry && (cache.object(entry) as CustomResourceDefinition);
  }

  async #bring(name: string): Promise<void> {
    try {
      const crd = this.#get(name);
      if (crd !== undefined) await this.#served.open(crd, () => this.#get(name));
    } catch (err) {
      this.#log.error({ crd: name, err }, 'a custom resource definition cannot be served');
    }
  }

  async #reconcile(name: string): Promise<void> {
    const crd = this.#get(name);
    if (crd === undefined) return;
    if (crd.metadata.deletionTimestamp !== undefined) await this.#finalize(crd);
    else await this.#establish(crd);
  }

  /** Storage, registry, condition: in this order. */
  async #establish(crd: CustomResourceDefinition): Promise<void> {
    const { condition, names } = this.#served.accept(crd);
    const established = isTrue(crd, 'Established');
    if (condition.status === 'True' || established) {
      await this.#served.open(crd, () => this.#get(crd.metadata.name));
    }
    const establishedNow = established ? [] : [condition.status === 'True' ? ESTABLISHED : NOT_ACCEPTED];
    const findings = { conditions: [condition, ...establishedNow], acceptedNames: names };
    await this.#status.write(crd, findings, this.#stop.signal);
  }

  async #finalize(crd: CustomResourceDefinition): Promise<void> {
    const { signal } = this.#stop;
    if (crd.metadata.finalizers?.includes(CLEANUP_FINALIZER) !== true) return;
    const gone = (condition: CrdCondition): Promise<void> =>
      this.#status.write(crd, { conditions: [condition], cleaned: true }, signal);
    if (!isTrue(crd, 'Established')) {
      return gone(terminating('False', 'NeverEstablished', 'resource was never established'));
    }
    if (this.#served.isBuiltin(crd)) {
      return gone(
        terminating('False', 'OverlappingBuiltInResource', 'instances overlap with built-in resources in storage'),
      );
    }
    await this.#served.open(crd, () => this.#get(crd.metadata.name));
    const storage = this.#served.storage(crd.metadata.name);
    if (storage === undefined) return;
    const working = terminating('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress');
    await this.#status.write(crd, { conditions: [working] }, signal);
    try {
      await storage.deleteAll(signal);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const failed = terminating('True', 'InstanceDeletionFailed', `could not issue all deletes: ${why}`);
      await this.#status.write(crd, { conditions: [failed] }, signal);
      throw error;
    }
    // what has finalizers is waited for: the storage tells when the last one has gone
    if (storage.cache.size > 0) return;
    await gone(terminating('False', 'InstanceDeletionCompleted', 'removed all instances'));
  }
}
