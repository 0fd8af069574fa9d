/** The controllers of Builds and Images over a real API server, with builders, contexts, logs, registries and the image store in memory. */
import { randomBytes } from 'node:crypto';
import type { Client } from '../../client/client.ts';
import { buildController } from '../../controllers/build/index.ts';
import type { AnyController } from '../../controllers/engine/contract.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import { imageController } from '../../controllers/image/index.ts';
import { createFakeRuntime, type FakeRuntime } from '../../runtime/fake/create.ts';
import type { BuildContexts } from '../../runtime/ports/build-contexts.ts';
import type { BuildEvent, Builders } from '../../runtime/ports/builders.ts';
import type { BuildLogEntry } from '../../runtime/ports/build-logs.ts';
import type {
  Build,
  BuildSpec,
  Builder,
  BuilderSpec,
  ConfigMap,
  Event,
  Image,
  Secret,
} from '../../schemas/gen/types.ts';
import type { KindRef, ObjectRef } from '../../schemas/object.ts';
import { openApiWorld, type ApiWorld } from './api-world.ts';
import { conditionOf, conditionsText, isReady, ref } from './container-world.ts';
import { eventually } from './eventually.ts';
import type { ManualTime } from './manual-time.ts';
import { runManager, type RunningManager } from './run-manager.ts';

export { conditionOf, conditionsText, isReady, ref };

const TSMOBY = 'tsmoby.dev/v1alpha1';
export const BUILD = { apiVersion: TSMOBY, kind: 'Build' } as const;
export const BUILDER = { apiVersion: TSMOBY, kind: 'Builder' } as const;
export const IMAGE = { apiVersion: TSMOBY, kind: 'Image' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

export const PLATFORM = 'linux/amd64';

export interface BuildWorldOptions {
  /** Time stands still; waiting lets it go by. */
  readonly time?: ManualTime;
  readonly allowHostPaths?: readonly string[];
  readonly allowEntitlements?: readonly string[];
  /** Make no Builder `default`. */
  readonly noBuilder?: boolean;
  /** Where `default` is, when it is a real one. */
  readonly endpoint?: string;
  /** Told after each pass of the controller of Builds, with the milliseconds that it took. */
  readonly onReconciled?: (milliseconds: number) => void;
  /** In the place of those in memory. */
  readonly ports?: { readonly builders: Builders; readonly contexts: BuildContexts };
}

export class BuildWorld implements AsyncDisposable {
  readonly api: ApiWorld;
  readonly user: Client;
  readonly runtime: FakeRuntime;
  readonly temporaryFiles = new Set<string>();
  readonly #options: BuildWorldOptions;
  #running: RunningManager | undefined;
  #ids = 0;

  private constructor(api: ApiWorld, runtime: FakeRuntime, options: BuildWorldOptions) {
    this.api = api;
    this.user = api.plainClient('someone');
    this.runtime = runtime;
    this.#options = options;
  }

  static async open(options: BuildWorldOptions = {}): Promise<BuildWorld> {
    const { time, allowHostPaths = [] } = options;
    const clock = time ?? { now: () => Date.now() };
    const api = await openApiWorld({ clock });
    const runtime = createFakeRuntime({ clock, timers: time ?? systemTimers, allowHostPaths });
    const world = new BuildWorld(api, runtime, options);
    if (options.noBuilder !== true) await world.addBuilder('default', {}, options.endpoint);
    await world.start();
    return world;
  }

  /** As a daemon that comes up: a new controller over what store and machine hold. */
  async start(): Promise<void> {
    const { time, allowEntitlements = [] } = this.#options;
    const clock = time ?? { now: () => Date.now() };
    const timers = time ?? systemTimers;
    const { buildLogs, images, registry, events, volumes, facts } = this.runtime;
    const { builders, contexts } = this.#options.ports ?? { builders: this.builders, contexts: this.contexts };
    const controllers = [
      this.#timed(
        buildController({
          builders,
          contexts,
          logs: buildLogs,
          images,
          registry,
          events,
          clock,
          timers,
          hostPaths: volumes,
          allowEntitlements,
          nodeName: facts.nodeName,
          platform: PLATFORM,
          newId: () => randomBytes(12).toString('hex'),
          temporaryFile: async () => this.#temporaryFile(),
        }),
      ),
      imageController({ images, events, platform: PLATFORM, clock, timers }),
    ] as unknown as readonly AnyController[];
    this.#running = await runManager(this.api.client(), { controllers, clock, timers, drainMs: 1000 });
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

  get builders(): FakeRuntime['builders'] {
    return this.runtime.builders;
  }

  get contexts(): FakeRuntime['buildContexts'] {
    return this.runtime.buildContexts;
  }

  get manager(): RunningManager['manager'] {
    return this.#manager.manager;
  }

  get #manager(): RunningManager {
    if (this.#running === undefined) throw new Error('the controllers do not run');
    return this.#running;
  }

  #timed(controller: ReturnType<typeof buildController>): ReturnType<typeof buildController> {
    const { onReconciled } = this.#options;
    if (onReconciled === undefined) return controller;
    return {
      ...controller,
      async reconcile(build, context) {
        const begin = performance.now();
        try {
          return await controller.reconcile(build, context);
        } finally {
          onReconciled(performance.now() - begin);
        }
      },
    };
  }

  #temporaryFile() {
    const path = `/fake/tmp/${(this.#ids += 1)}.tar`;
    this.temporaryFiles.add(path);
    return { path, [Symbol.asyncDispose]: async () => void this.temporaryFiles.delete(path) };
  }

  /** A Builder that answers, or is as `ready` says. */
  async addBuilder(name: string, spec: Partial<BuilderSpec> = {}, endpoint?: string): Promise<void> {
    await this.user.apply<Builder>({ ...BUILDER, metadata: { name }, spec }, { fieldManager: 'test', force: true });
    await this.setBuilder(name, 'True', 'BuilderFound', endpoint);
  }

  /** As the Builder's controller would say. */
  async setBuilder(name: string, status: 'True' | 'False', reason: string, endpoint = `unix:///run/${name}.sock`) {
    const lastTransitionTime = new Date(this.#options.time?.now() ?? Date.now()).toISOString().replace(/\.\d+Z/, 'Z');
    const conditions = [{ type: 'Ready', status, reason, message: reason, lastTransitionTime }];
    const patch = { status: { conditions, endpoint: status === 'True' ? endpoint : null } };
    await this.user.patch({ ...BUILDER, name }, patch, { type: 'merge', subresource: 'status' });
  }

  /** Creates a Build, or replaces its spec. Default: a Dockerfile from scratch, and nothing else. */
  async apply(
    name: string,
    spec: BuildSpec = {},
    { annotations = {}, namespace = 'default' }: { annotations?: Record<string, string>; namespace?: string } = {},
  ): Promise<Build> {
    const whole: BuildSpec =
      spec.dockerfile === undefined && spec.context === undefined ? { ...fromScratch, ...spec } : spec;
    return this.user.apply<Build>(
      { ...BUILD, metadata: { name, namespace, annotations }, spec: whole },
      { fieldManager: 'test', force: true },
    );
  }

  async get(name: string): Promise<Build> {
    return this.user.get<Build>(ref(BUILD, name));
  }

  async find<T>(target: ObjectRef): Promise<T | undefined> {
    try {
      return (await this.user.get(target)) as T;
    } catch {
      return undefined;
    }
  }

  delete(name: string, kind: KindRef = BUILD): Promise<unknown> {
    return this.user.delete(ref(kind, name));
  }

  gone(name: string): Promise<unknown> {
    return this.eventually(`${name} is gone`, async () => (await this.find(ref(BUILD, name))) === undefined);
  }

  /** With manual time, lets it go by in steps of `stepMs`. */
  until(what: string, name: string, passes: (build: Build) => unknown, stepMs = 20): Promise<Build> {
    return this.eventually(
      `${name}: ${what}`,
      async () => {
        const build = await this.find<Build>(ref(BUILD, name));
        return build !== undefined && passes(build) ? build : undefined;
      },
      stepMs,
    );
  }

  /** Its result is in use, and what is wanted now. */
  built(name: string, number?: number): Promise<Build> {
    return this.until(
      `build ${number ?? ''} is in use`,
      name,
      (build) =>
        isReady(build) &&
        conditionOf(build, 'BuildCurrent')?.status === 'True' &&
        conditionOf(build, 'Reconciling') === undefined &&
        build.status?.observedGeneration === build.metadata.generation &&
        (number === undefined || build.status?.number === number),
    );
  }

  /** It waits, works or is stalled for this reason. */
  because(name: string, reason: string): Promise<Build> {
    return this.until(reason, name, (build) =>
      ['Reconciling', 'Stalled'].some((type) => conditionOf(build, type)?.reason === reason),
    );
  }

  async image(name: string, spec: Image['spec']): Promise<Image> {
    await this.user.apply<Image>(
      { ...IMAGE, metadata: { name, namespace: 'default' }, spec },
      { fieldManager: 'test', force: true },
    );
    return this.eventually(`Image ${name} is ready`, async () => {
      const image = await this.find<Image>(ref(IMAGE, name));
      return image !== undefined && isReady(image) ? image : undefined;
    });
  }

  async secret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    await this.user.apply<Secret>(
      { ...SECRET, metadata: { name, namespace: 'default' }, data: Object.fromEntries(encoded) },
      { fieldManager: 'test', force: true },
    );
  }

  async configMap(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.user.apply<ConfigMap>(
      { ...CONFIG_MAP, metadata: { name, namespace: 'default' }, data },
      { fieldManager: 'test', force: true },
    );
  }

  /** `eventually`, with manual time going by. */
  eventually<T>(what: string, look: () => T | Promise<T>, stepMs = 20): Promise<NonNullable<T>> {
    const { time } = this.#options;
    return eventually(what, async () => {
      await time?.pass(stepMs);
      return look();
    });
  }

  /** Everybody is done for now. */
  async quiet(): Promise<void> {
    await this.#options.time?.pass(300);
    let calm = 0;
    await eventually('the controllers are idle', () => {
      const busy = this.#manager.manager.stats().some(({ ready, running }) => ready + running > 0);
      calm = busy ? 0 : calm + 1;
      return calm > 3;
    });
  }

  /** What a pass over a Build costs when there is nothing to do: every write, and every call of any port. */
  async costOfNothing(name: string): Promise<readonly string[]> {
    await this.quiet();
    this.#manager.client.writes.length = 0;
    this.runtime.controls.resetCounters();
    const labels = { touched: String((this.#ids += 1)) };
    const touched = await this.user.patch(ref(BUILD, name), { metadata: { labels } }, { type: 'merge' });
    await this.quiet();
    const writes = this.#manager.client.writes.filter((write) => !write.includes('Event'));
    const { metadata } = await this.get(name);
    const changed = metadata.resourceVersion === touched.metadata.resourceVersion ? [] : ['the object was written'];
    return [...writes, ...changed, ...[...this.runtime.controls.calls].map(([call, times]) => `${call} ${times}`)];
  }

  calls(method: string): number {
    return this.runtime.controls.calls.get(method) ?? 0;
  }

  async log(build: Build, number: number): Promise<readonly BuildLogEntry[]> {
    return Array.fromAsync(this.runtime.buildLogs.read({ log: build.metadata.uid, number }, { follow: false }));
  }

  /** Everything that was made for Builds: nothing, when all of them are gone. */
  async holdings(): Promise<readonly string[]> {
    const { images, buildContexts, buildLogs, builders } = this.runtime;
    const all = {
      images: [...images.records.keys()],
      contexts: await buildContexts.list(),
      watches: buildContexts.watched,
      logs: await buildLogs.list(),
      builds: builders.running.map(({ request }) => request.id),
      files: [...this.temporaryFiles],
    };
    return Object.entries(all).flatMap(([what, names]) => names.map((name) => `${what} ${name}`));
  }

  /** `Warning BuildFailed: …` */
  async events(name: string): Promise<readonly string[]> {
    await this.#options.time?.pass(300);
    const { items } = await this.user.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
    return items
      .filter(({ involvedObject }) => involvedObject?.name === name)
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }
}

export const fromScratch: BuildSpec = { dockerfile: { inline: 'FROM scratch\n' } };

/** A step as a builder tells of it. */
export const step = (id: string, fields: Partial<Extract<BuildEvent, { readonly type: 'step' }>> = {}): BuildEvent => ({
  type: 'step',
  id,
  name: `step ${id}`,
  inputs: [],
  cached: false,
  ...fields,
});
