/** The controller of Syncs over a real API server, with sources, files and revisions in memory. */
import type { Client } from '../../client/client.ts';
import type { AnyController } from '../../controllers/engine/contract.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import { syncController } from '../../controllers/sync/index.ts';
import type { PreviewSync } from '../../controllers/sync/preview/preview.ts';
import { createRenderer } from '../../controllers/sync/render/create-renderer.ts';
import { createFakeRuntime, type FakeRuntime } from '../../runtime/fake/create.ts';
import { FakeNotifications } from '../../runtime/fake/notifications.ts';
import { FakeWebhooks } from '../../runtime/fake/webhooks.ts';
import type { ConfigMap, Event, Secret, Sync } from '../../schemas/gen/types.ts';
import type { KindRef, KubeObject, ObjectRef } from '../../schemas/object.ts';
import { openApiWorld, type ApiWorld } from './api-world.ts';
import { conditionOf, conditionsText, isReady } from './container-world.ts';
import { eventually } from './eventually.ts';
import type { ManualTime } from './manual-time.ts';
import { MemoryManifests } from './memory-manifests.ts';
import { recordingLog } from './recording-log.ts';
import { runManager, type RunningManager } from './run-manager.ts';

export { conditionOf, conditionsText, isReady };

export const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
export const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
export const WIDGET = { apiVersion: 'test.tsmoby.dev/v1', kind: 'Widget' } as const;

export type SyncSpec = Sync['spec'];

export interface SyncWorldOptions {
  /** Time stands still; waiting lets it go by. */
  readonly time?: ManualTime;
  readonly env?: Readonly<Record<string, string>>;
  /** In the place of the one in process. */
  readonly client?: (world: ApiWorld) => Client | Promise<Client>;
  /** Told of each write before it is made; throwing refuses it. */
  readonly onWrite?: (write: string) => void;
}

export class SyncWorld implements AsyncDisposable {
  readonly api: ApiWorld;
  readonly user: Client;
  readonly runtime: FakeRuntime;
  readonly #options: SyncWorldOptions;
  readonly webhooks = new FakeWebhooks();
  readonly notifications = new FakeNotifications();
  #running: RunningManager | undefined;
  #touches = 0;
  #preview: PreviewSync | undefined;

  private constructor(api: ApiWorld, runtime: FakeRuntime, options: SyncWorldOptions) {
    this.api = api;
    this.user = api.plainClient('someone');
    this.runtime = runtime;
    this.#options = options;
  }

  static async open(options: SyncWorldOptions = {}): Promise<SyncWorld> {
    const { time } = options;
    const clock = time ?? { now: () => Date.now() };
    const api = await openApiWorld({ clock });
    const world = new SyncWorld(api, createFakeRuntime({ clock, timers: time ?? systemTimers }), options);
    await world.start();
    return world;
  }

  /** As a daemon that comes up: a new controller over what store and machine hold. */
  async start(): Promise<void> {
    const { time, env = {}, client = (api: ApiWorld) => api.client('system:controller:sync') } = this.#options;
    const clock = time ?? { now: () => Date.now() };
    const timers = time ?? systemTimers;
    const syncs = syncController({
      sources: this.sources,
      files: new MemoryManifests(this.sources.files),
      revisions: this.runtime.syncRevisions,
      webhooks: this.webhooks,
      notifications: this.notifications,
      renderer: createRenderer(),
      kinds: this.api.kinds,
      env,
      clock,
      timers,
      log: recordingLog(),
      newId: () => String((this.#touches += 1)),
    });
    this.#preview = syncs.preview;
    const controllers = [syncs] as unknown as readonly AnyController[];
    this.#running = await runManager(await client(this.api), { controllers, clock, timers, drainMs: 1000 });
  }

  async stop(): Promise<void> {
    const stopping = this.#running?.[Symbol.asyncDispose]();
    await this.#options.time?.pass(2000);
    await stopping;
    this.#running = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.api[Symbol.asyncDispose]();
  }

  get sources(): FakeRuntime['syncSources'] {
    return this.runtime.syncSources;
  }

  get client(): RunningManager['client'] {
    if (this.#running === undefined) throw new Error('the controller does not run');
    return this.#running.client;
  }

  /** What an application would change now. */
  get preview(): PreviewSync {
    if (this.#preview === undefined) throw new Error('the controller does not run');
    return this.#preview;
  }

  get lines(): RunningManager['lines'] {
    return this.#running?.lines ?? [];
  }

  /** Somebody saves a file. */
  write(directory: string, name: string, ...objects: readonly unknown[]): Promise<void> {
    const text = objects
      .map((object) => (typeof object === 'string' ? object : JSON.stringify(object)))
      .join('\n---\n');
    return this.sources.write(directory, name, text);
  }

  /** Makes a Sync of a directory that may not be there yet, or replaces its spec. */
  async apply(
    name: string,
    spec: Partial<SyncSpec> = {},
    { annotations = {} }: { annotations?: Record<string, string> } = {},
  ): Promise<Sync> {
    const whole: SyncSpec = { source: { directory: { path: `/srv/${name}` } }, ...spec };
    return this.user.apply<Sync>(
      { ...SYNC, metadata: { name, namespace: 'default', annotations }, spec: whole },
      { fieldManager: 'test', force: true },
    );
  }

  annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<Sync> {
    return this.user.patch<Sync>(at(SYNC, name), { metadata: { annotations } }, { type: 'merge' });
  }

  async get(name: string): Promise<Sync> {
    return this.user.get<Sync>(at(SYNC, name));
  }

  async find<T extends KubeObject = KubeObject>(target: ObjectRef): Promise<T | undefined> {
    try {
      return await this.user.get<T>(target);
    } catch {
      return undefined;
    }
  }

  delete(name: string, kind: KindRef = SYNC): Promise<unknown> {
    return this.user.delete(at(kind, name));
  }

  /** With manual time, lets it go by in steps of `stepMs`. */
  until(what: string, name: string, passes: (sync: Sync) => unknown, stepMs = 20): Promise<Sync> {
    let last: Sync | undefined;
    return this.eventually(
      () => `${name}: ${what}; it is ${last === undefined ? 'not there' : JSON.stringify(last.status)}`,
      async () => {
        last = await this.find<Sync>(at(SYNC, name));
        return last !== undefined && (await passes(last)) ? last : undefined;
      },
      stepMs,
    );
  }

  /** What the files say now is applied. */
  applied(name: string): Promise<Sync> {
    return this.until('is applied', name, (sync) => {
      const { status } = sync;
      const isNow = status?.observedGeneration === sync.metadata.generation;
      return isNow && isReady(sync) && conditionOf(sync, 'Reconciling') === undefined && isCurrent(sync);
    });
  }

  /** It waits, works or is stalled for this reason. */
  because(name: string, reason: string): Promise<Sync> {
    return this.until(reason, name, (sync) =>
      ['Reconciling', 'Stalled'].some((type) => conditionOf(sync, type)?.reason === reason),
    );
  }

  /** `eventually`, with manual time going by. */
  async eventually<T>(what: string | (() => string), look: () => T | Promise<T>, stepMs = 20): Promise<NonNullable<T>> {
    const { time } = this.#options;
    try {
      return await eventually('', async () => {
        await time?.pass(stepMs);
        return look();
      });
    } catch (error) {
      throw new Error(typeof what === 'string' ? what : what(), { cause: error });
    }
  }

  /** Names of all ConfigMaps of a namespace. */
  async configMaps(namespace = 'default'): Promise<readonly string[]> {
    const { items } = await this.user.list<ConfigMap>(CONFIG_MAP, { namespace });
    return items.map(({ metadata }) => metadata.name).sort();
  }

  async configMap(name: string, namespace = 'default'): Promise<ConfigMap | undefined> {
    return this.find<ConfigMap>({ ...CONFIG_MAP, namespace, name });
  }

  async secret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    await this.user.apply<Secret>(
      { ...SECRET, metadata: { name, namespace: 'default' }, data: Object.fromEntries(encoded) },
      { fieldManager: 'test', force: true },
    );
  }

  /** Everybody is done for now. */
  async quiet(): Promise<void> {
    await this.#options.time?.pass(300);
    let calm = 0;
    await eventually('the controllers are idle', () => {
      const busy = this.#running?.manager.stats().some(({ ready, running }) => ready + running > 0);
      calm = busy === true ? 0 : calm + 1;
      return calm > 3;
    });
  }

  /** What a pass costs when there is nothing to do: every call of the API and of any port. */
  async costOfNothing(name: string): Promise<readonly string[]> {
    await this.quiet();
    const { writes, gets } = this.client;
    writes.length = 0;
    gets.length = 0;
    this.runtime.controls.resetCounters();
    const annotations = { touched: String((this.#touches += 1)) };
    const touched = await this.annotate(name, annotations);
    await this.quiet();
    const { metadata } = await this.get(name);
    const changed = metadata.resourceVersion === touched.metadata.resourceVersion ? [] : ['the Sync was written'];
    const calls = [...this.runtime.controls.calls].map(([call, times]) => `${call} ${times}`);
    return [...writes.filter((write) => !write.includes('Event')), ...gets, ...changed, ...calls];
  }

  /** `Warning ApplyFailed: …` */
  async events(name: string): Promise<readonly string[]> {
    await this.#options.time?.pass(300);
    const { items } = await this.user.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
    return items
      .filter(({ involvedObject }) => involvedObject?.name === name)
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }
}

/** In namespace default. */
export const at = (kind: KindRef, name: string): ObjectRef => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  namespace: 'default',
  name,
});

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}, metadata: object = {}) => ({
  ...CONFIG_MAP,
  metadata: { name, ...metadata },
  data,
});

const isCurrent = ({ status }: Sync): boolean =>
  status?.lastAppliedDigest !== undefined && status.lastAppliedDigest === status.lastAttemptedDigest;
