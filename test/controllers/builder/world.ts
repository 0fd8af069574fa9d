/** The controllers of Builders over a real API server, with builders that answer what a test says. */
import { builderController } from '../../../controllers/builder/index.ts';
import { defaultBuilderController } from '../../../controllers/default-builder/index.ts';
import type { AnyController } from '../../../controllers/engine/contract.ts';
import type { Client } from '../../../client/client.ts';
import { FakeBuilderPrograms } from '../../../runtime/fake/builder-programs.ts';
import { createGate, type Gate } from '../../../runtime/fake/gate.ts';
import type { Build, Builder, BuilderSpec, BuilderStatus, BuildStatus, Event } from '../../../schemas/gen/types.ts';
import type { Condition, ObjectRef } from '../../../schemas/object.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { runManager, type RunningManager } from '../../support/run-manager.ts';
import { ScriptedBuilders } from './scripted-builders.ts';

export const BUILDER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder' } as const;
const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;

export class BuilderWorld implements AsyncDisposable {
  readonly time = new ManualTime();
  readonly builders = new ScriptedBuilders();
  readonly gate: Gate = createGate(this.time);
  readonly programs = new FakeBuilderPrograms(this.gate);
  readonly api: ApiWorld;
  readonly user: Client;
  /** What the daemon allows; for the next start. */
  entitlements: readonly string[] = [];
  readonly #withDefault: boolean;
  #running: RunningManager | undefined;

  private constructor(api: ApiWorld, time: ManualTime, withDefault: boolean) {
    this.api = api;
    this.time = time;
    this.gate = createGate(time);
    this.programs = new FakeBuilderPrograms(this.gate);
    this.user = api.plainClient('someone');
    this.#withDefault = withDefault;
  }

  static async open(
    options: { readonly withDefault?: boolean; readonly prepare?: (world: BuilderWorld) => void } = {},
  ) {
    const time = new ManualTime();
    const world = new BuilderWorld(await openApiWorld({ clock: time }), time, options.withDefault ?? false);
    options.prepare?.(world);
    await world.start();
    return world;
  }

  /** As a daemon that comes up. */
  async start(): Promise<void> {
    const { builders, programs, time } = this;
    const log = recordingLog();
    const containerdUuid = async () => 'ours';
    const controllers = [
      builderController({
        builders,
        programs,
        allowEntitlements: this.entitlements,
        nodeName: 'here',
        clock: time,
        timers: time,
        log,
        containerdUuid,
      }),
      ...(this.#withDefault ? [defaultBuilderController()] : []),
    ] as unknown as readonly AnyController[];
    this.#running = await runManager(this.api.client(), { controllers, clock: time, timers: time, drainMs: 1000 });
  }

  /** As a daemon that goes down. */
  async stop(): Promise<void> {
    const stopping = this.#running?.[Symbol.asyncDispose]();
    await this.time.pass(2000);
    await stopping;
    this.#running = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.api[Symbol.asyncDispose]();
  }

  /** Writes of the controllers, Events aside. */
  get writes(): readonly string[] {
    return this.#running?.client.writes.filter((write) => !write.includes('Event')) ?? [];
  }

  forgetWrites(): void {
    this.#running?.client.writes.splice(0);
  }

  apply(name: string, spec: BuilderSpec = {}, annotations: Record<string, string> = {}): Promise<Builder> {
    const object = { ...BUILDER, metadata: { name, annotations }, spec };
    return this.user.apply<Builder>(object, { fieldManager: 'test', force: true });
  }

  find<T>(target: ObjectRef): Promise<T | undefined> {
    return this.user.get(target).then(
      (object) => object as T,
      () => undefined,
    );
  }

  /** Waits until the Builder's status passes; time goes by in steps. */
  until(
    name: string,
    passes: (status: Partial<BuilderStatus>, builder: Builder) => unknown,
    stepMs = 20,
  ): Promise<Builder> {
    return this.eventually(
      `builder ${name} is as expected`,
      async () => {
        const found = await this.find<Builder>({ ...BUILDER, name });
        return found !== undefined && passes(found.status ?? {}, found) ? found : undefined;
      },
      stepMs,
    );
  }

  /** Waits for `Ready=True BuilderFound`, say. */
  ready(name: string, text: string, stepMs = 20): Promise<Builder> {
    return this.until(name, (status) => readyText(status) === text, stepMs);
  }

  eventually<T>(what: string, look: () => T | Promise<T>, stepMs = 20): Promise<NonNullable<T>> {
    return eventually(what, async () => {
      await this.time.pass(stepMs);
      return look();
    });
  }

  gone(target: ObjectRef): Promise<unknown> {
    return this.eventually(`${target.name} is gone`, async () => (await this.find(target)) === undefined);
  }

  /** Nobody has anything to do, whatever time it is. */
  async quiet(ms = 300): Promise<void> {
    await this.time.pass(ms);
    let calm = 0;
    await eventually('the controllers are idle', () => {
      const stats = this.#running?.manager.stats() ?? [];
      calm = stats.some(({ ready, running }) => ready + running > 0) ? 0 : calm + 1;
      return calm > 3;
    });
  }

  /** A Build of the builder, with what its controller would say of it. */
  async build(name: string, builderName: string, status: BuildStatus): Promise<void> {
    const spec = { builderName, context: { inline: { files: [] } } };
    const object = { ...BUILD, metadata: { namespace: 'default', name }, spec };
    const there = await this.find<Build>({ ...BUILD, namespace: 'default', name });
    if (there === undefined) await this.user.create(object);
    const target = { ...BUILD, namespace: 'default', name };
    await this.user.patch(target, { status }, { type: 'merge', subresource: 'status' });
  }

  async events(name: string): Promise<readonly string[]> {
    await this.time.pass(300);
    const { items } = await this.user.list<Event>({ apiVersion: 'v1', kind: 'Event' });
    return items.filter(({ involvedObject }) => involvedObject?.name === name).map(({ reason = '' }) => reason);
  }
}

export const RUNNING: BuildStatus = { lastBuild: { number: 1, phase: 'Running' }, conditions: [] };
export const DONE: BuildStatus = { lastBuild: { number: 1, phase: 'Succeeded' }, conditions: [] };
export const WAITING: BuildStatus = {
  conditions: [
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'BuilderNotReady',
      message: 'it is not ready',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
};

export function readyText({ conditions = [] }: Partial<BuilderStatus>): string {
  const ready = conditions.find(({ type }: Condition) => type === 'Ready');
  return ready === undefined ? 'nothing' : `${ready.status} ${ready.reason}`;
}

export const messageOf = ({ status }: Builder): string =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
