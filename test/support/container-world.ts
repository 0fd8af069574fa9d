/** The controllers of containers, images, volumes and networks over a real API server, with a runtime in memory at the edge. */
import type { Client } from '../../client/client.ts';
import { containerController } from '../../controllers/container/index.ts';
import { defaultNetworkController } from '../../controllers/default-network/index.ts';
import type { AnyController } from '../../controllers/engine/contract.ts';
import type { Clock, Timers } from '../../controllers/engine/environment.ts';
import type { Runnable } from '../../controllers/engine/runnable.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import { imageController } from '../../controllers/image/index.ts';
import { createNamespaceController } from '../../controllers/namespace/index.ts';
import { networkController } from '../../controllers/network/index.ts';
import { createSweeper } from '../../controllers/sweeper/index.ts';
import { volumeController } from '../../controllers/volume/index.ts';
import { createFakeRuntime, type FakeRuntime } from '../../runtime/fake/create.ts';
import type { FakeRuntimeOptions } from '../../runtime/fake/options.ts';
import type { ObjectInput, ObjectRef } from '../../schemas/object.ts';
import type { Condition } from '../../schemas/object.ts';
import type {
  Container,
  ContainerSpec,
  ContainerStatus,
  Event,
  Image,
  Network,
  Volume,
} from '../../schemas/gen/types.ts';
import { openApiWorld, type ApiWorld } from './api-world.ts';
import { eventually } from './eventually.ts';
import type { ManualTime } from './manual-time.ts';
import { recordingLog } from './recording-log.ts';
import { runManager, type RunningManager } from './run-manager.ts';

const TSMOBY = 'tsmoby.dev/v1alpha1';
export const CONTAINER = { apiVersion: TSMOBY, kind: 'Container' } as const;
export const IMAGE = { apiVersion: TSMOBY, kind: 'Image' } as const;
export const VOLUME = { apiVersion: TSMOBY, kind: 'Volume' } as const;
export const NETWORK = { apiVersion: TSMOBY, kind: 'Network' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;

/** The full form of the reference that `container()` asks for; every world's registry has it. */
export const APP = 'docker.io/library/app:1';

export interface ContainerWorldOptions extends Partial<Omit<FakeRuntimeOptions, 'clock' | 'timers'>> {
  /** Time stands still; `until` lets it go by. */
  readonly time?: ManualTime;
  readonly sweeper?: boolean;
  /** The ports as the controllers get them. */
  readonly ports?: (runtime: FakeRuntime) => FakePorts;
  /** The client as the controllers get it. */
  readonly client?: (client: Client) => Client;
}

export type FakePorts = Pick<
  FakeRuntime,
  | 'connections'
  | 'containers'
  | 'images'
  | 'events'
  | 'logs'
  | 'networks'
  | 'probes'
  | 'publications'
  | 'sandboxes'
  | 'volumes'
>;

export class ContainerWorld implements AsyncDisposable {
  readonly api: ApiWorld;
  readonly user: Client;
  readonly runtime: FakeRuntime;
  readonly #options: ContainerWorldOptions;
  #running: RunningManager | undefined;

  private constructor(api: ApiWorld, runtime: FakeRuntime, options: ContainerWorldOptions) {
    this.api = api;
    this.runtime = runtime;
    this.user = api.plainClient('someone');
    this.#options = options;
  }

  static async open(options: ContainerWorldOptions = {}): Promise<ContainerWorld> {
    const { time, sweeper: _, ports: _ports, client: _client, ...runtimeOptions } = options;
    const clock = time ?? { now: () => Date.now() };
    const api = await openApiWorld({ clock });
    const runtime = createFakeRuntime({ clock, timers: time ?? systemTimers, ...runtimeOptions });
    runtime.controls.addImage(APP);
    const world = new ContainerWorld(api, runtime, options);
    await world.start();
    return world;
  }

  get controls(): FakeRuntime['controls'] {
    return this.runtime.controls;
  }

  /** The controllers' client: counts writes. */
  get writes(): string[] {
    return this.#manager.client.writes;
  }

  /** What the controllers log. */
  get lines(): RunningManager['lines'] {
    return this.#manager.lines;
  }

  get manager(): RunningManager['manager'] {
    return this.#manager.manager;
  }

  get #manager(): RunningManager {
    if (this.#running === undefined) throw new Error('the controllers do not run');
    return this.#running;
  }

  /** As a daemon that comes up: new controllers over what store and runtime hold. */
  async start(): Promise<void> {
    const { time, sweeper, ports = (runtime) => runtime, client = (plain) => plain } = this.#options;
    const all = ports(this.runtime);
    const { images, events, networks, volumes } = all;
    const clock: Clock = time ?? { now: () => Date.now() };
    const timers: Timers = time ?? systemTimers;
    const { nodeName, storeIdentity } = this.runtime.facts;
    const controllers = [
      containerController({ ...all, kinds: this.api.kinds, nodeName, clock, timers }),
      imageController({ images, events, platform: 'linux/amd64', clock, timers }),
      volumeController({ volumes, nodeName }),
      networkController({ networks, nodeName, storeIdentity, clock, timers }),
      defaultNetworkController(),
      createNamespaceController({ kinds: this.api.kinds, log: recordingLog() }),
    ] as unknown as readonly AnyController[];
    const { buildContexts, buildLogs } = this.runtime;
    const sweeping = createSweeper({ ...all, buildContexts, buildLogs });
    const runnables: Runnable[] = sweeper ? [sweeping] : [];
    this.#running = await runManager(client(this.api.client()), {
      controllers,
      runnables,
      clock,
      timers,
      drainMs: 1000,
    });
  }

  /** As a daemon that goes down. */
  async stop(): Promise<void> {
    const stopping = this.#running?.[Symbol.asyncDispose]();
    if (this.#options.time !== undefined) await this.#options.time.pass(2000);
    await stopping;
    this.#running = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.api[Symbol.asyncDispose]();
  }

  /** Creates a Container, or replaces its spec. */
  async apply(
    name: string,
    spec: Partial<ContainerSpec> = {},
    labels: Record<string, string> = {},
  ): Promise<Container> {
    const object = container(name, spec, labels);
    return this.user.apply<Container>(object, { fieldManager: 'test', force: true });
  }

  async get(name: string): Promise<Container> {
    return this.user.get<Container>(ref(CONTAINER, name));
  }

  async find<T>(target: ObjectRef): Promise<T | undefined> {
    try {
      return (await this.user.get(target)) as T;
    } catch {
      return undefined;
    }
  }

  delete(name: string, options: Parameters<Client['delete']>[1] = {}): Promise<unknown> {
    return this.user.delete(ref(CONTAINER, name), options);
  }

  /** Waits until the Container's status passes; with manual time, lets it go by in steps of `stepMs`. */
  until(
    what: string,
    name: string,
    passes: (status: Partial<ContainerStatus>, object: Container) => unknown,
    stepMs = 20,
  ): Promise<Container> {
    return this.eventually(
      `${name}: ${what}`,
      async () => {
        const object = await this.find<Container>(ref(CONTAINER, name));
        return object && passes(object.status ?? {}, object) ? object : undefined;
      },
      stepMs,
    );
  }

  running(name: string, passes: (status: Partial<ContainerStatus>) => unknown = () => true): Promise<Container> {
    return this.until(
      'runs',
      name,
      (status, object) => isReady(object) && status.state?.running !== undefined && passes(status),
    );
  }

  gone(name: string): Promise<unknown> {
    return this.eventually(`${name} is gone`, async () => (await this.find(ref(CONTAINER, name))) === undefined);
  }

  async image(name: string, passes: (image: Image) => unknown): Promise<Image> {
    return this.#object<Image>(ref(IMAGE, name), passes);
  }

  async volume(name: string, passes: (volume: Volume) => unknown): Promise<Volume> {
    return this.#object<Volume>(ref(VOLUME, name), passes);
  }

  async network(name: string, passes: (network: Network) => unknown, namespace = 'default'): Promise<Network> {
    return this.#object<Network>({ ...ref(NETWORK, name), namespace }, passes);
  }

  #object<T>(target: ObjectRef, passes: (object: T) => unknown): Promise<T> {
    return this.eventually(`${target.kind} ${target.name} is as expected`, async () => {
      const object = await this.find<T>(target);
      return object !== undefined && passes(object) ? object : undefined;
    });
  }

  /** `eventually`, with manual time going by. */
  eventually<T>(what: string, look: () => T | Promise<T>, stepMs = 20): Promise<NonNullable<T>> {
    const { time } = this.#options;
    return eventually(what, async () => {
      await time?.pass(stepMs);
      return look();
    });
  }

  /** Everybody is done for now, Events included. */
  async quiet(): Promise<void> {
    const { time } = this.#options;
    await time?.pass(300);
    let calm = 0;
    await eventually('the controllers are idle', () => {
      const busy = this.manager.stats().some(({ ready, running }) => ready + running > 0);
      calm = busy ? 0 : calm + 1;
      return calm > 3;
    });
  }

  /** What a pass over each object costs when there is nothing to do: writes and mutating calls. */
  async costOfNothing(): Promise<readonly string[]> {
    await this.quiet();
    this.writes.length = 0;
    this.controls.resetCounters();
    for (const id of this.controls.instanceIds()) {
      this.runtime.events.emit({ type: 'instance', id, topic: '/containers/update' });
    }
    for (const name of this.runtime.images.records.keys()) {
      this.runtime.events.emit({ type: 'image', name, topic: '/images/update' });
    }
    await this.quiet();
    const mutations = this.controls.mutations === 0 ? [] : [...this.controls.calls].map(([call, n]) => `${call} ${n}`);
    return [...this.writes.filter((write) => !write.includes('Event')), ...mutations];
  }

  /** Instances of an object, with whether they run: `uid-rev running`. */
  instances(object: Container): readonly string[] {
    const own = this.controls.instanceIds().filter((id) => id.startsWith(object.metadata.uid));
    return own.map((id) => `${id} ${this.controls.instance(id)?.task?.state.status ?? 'no task'}`);
  }

  /** Id of the only instance of an object. */
  only(object: Container): string {
    const [id, ...others] = this.controls.instanceIds().filter((each) => each.startsWith(object.metadata.uid));
    if (id === undefined || others.length > 0)
      throw new Error(`not one instance: ${this.instances(object).join(', ')}`);
    return id;
  }

  /** Everything in the runtime that was made for objects, the default networks aside: nothing, when all of them are gone. */
  async holdings(): Promise<readonly string[]> {
    const { logs, networks, publications, sandboxes, volumes, images, buildContexts, buildLogs } = this.runtime;
    const { projections, scratch, tmpfs } = await volumes.leftovers();
    const { items } = await this.user.list(NETWORK, { labelSelector: 'tsmoby.dev/default=true' });
    const unasked = new Set(items.map(({ metadata }) => metadata.uid));
    const all = {
      instances: this.controls.instanceIds(),
      probes: this.runtime.probes.list(),
      logs: await logs.list(),
      sandboxes: await sandboxes.list(),
      networks: (await networks.list()).filter((uid) => !unasked.has(uid)),
      publications: await publications.list(),
      images: (await images.list()).map(({ name }) => name),
      projections,
      scratch,
      tmpfs,
      contexts: await buildContexts.list(),
      buildLogs: await buildLogs.list(),
    };
    return Object.entries(all).flatMap(([what, names]) => names.map((name) => `${what} ${name}`));
  }

  /** Reasons of the Events about an object, in no particular order. */
  async events(name: string): Promise<readonly string[]> {
    await this.#options.time?.pass(300);
    const { items } = await this.user.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
    return items.filter(({ involvedObject }) => involvedObject?.name === name).map(({ reason = '' }) => reason);
  }
}

/** A Container of the image that every world has. */
export function container(
  name: string,
  spec: Partial<ContainerSpec> = {},
  labels: Record<string, string> = {},
): ObjectInput<Container> {
  const metadata = { name, namespace: 'default', labels };
  const image = spec.imageFrom === undefined ? { image: 'app:1' } : {};
  return { ...CONTAINER, metadata, spec: { ...image, ...spec } };
}

export const ref = (kind: { readonly apiVersion: string; readonly kind: string }, name: string): ObjectRef => ({
  ...kind,
  namespace: 'default',
  name,
});

interface WithConditions {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export const conditionOf = ({ status }: WithConditions, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export const isReady = (object: WithConditions): boolean => conditionOf(object, 'Ready')?.status === 'True';

/** `Ready=False ErrImagePull, Reconciling=True ErrImagePull`; all but RolledOut, which every Container has and tests of rollouts look at. */
export const conditionsText = ({ status }: WithConditions): string =>
  (status?.conditions ?? [])
    .filter(({ type }) => type !== 'RolledOut')
    .map(({ type, status: value, reason }) => `${type}=${value} ${reason}`)
    .toSorted()
    .join(', ');
