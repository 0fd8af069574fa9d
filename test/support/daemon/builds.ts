import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import type { Build, BuildSpec, Builder } from '../../../schemas/gen/types.ts';
import { formatBuilderEndpoint } from '../../../schemas/values/builder-endpoint.ts';
import type { BuilderStarter } from '../buildkit/available.ts';
import type { TestBuilder } from '../buildkit/test-builder.ts';
import type { TestDaemon, TestDaemonOptions } from '../daemon.ts';
import { onDaemon } from './scenario.ts';
import type { Space } from './space.ts';
import { until } from './until.ts';

/** Builds take their time where many share a machine. */
export const BUILD_MS = 120_000;

export type BuildScenario = (t: ExecutionContext, space: Space, builder: TestBuilder) => Promise<void>;

/**
 * Like `onDaemon`, with one real builder for the whole file, which is the Builder `default`. It is there from the first test on, and gone before
 * the daemon is.
 */
export function onBuilder(
  test: TestFn,
  { start }: BuilderStarter,
  options: TestDaemonOptions = {},
): (title: string, body: BuildScenario) => void {
  let builder: TestBuilder | undefined;
  // Before the daemon's own: its containerd may be what the builder stores in.
  test.after.always('the builder is gone', async () => {
    await builder?.[Symbol.asyncDispose]();
  });
  const scenario = onDaemon(test, options);
  return (title, body) => {
    scenario(title, async (t, space) => {
      builder ??= await start(containerdOf(space.daemon));
      await declareBuilder(space.daemon, 'default', builder);
      try {
        await body(t, space, builder);
      } catch (error) {
        t.log((await builder.output()).split('\n').slice(-10).join('\n'));
        throw error;
      }
    });
  };
}

/** Socket of the containerd of a daemon. */
export function containerdOf({ options }: TestDaemon): string {
  return join(options.runDir, 'containerd/containerd.sock');
}

/** A Builder object for a real builder, and until it is ready. */
export async function declareBuilder(
  daemon: TestDaemon,
  name: string,
  { endpoint }: Pick<TestBuilder, 'endpoint'>,
): Promise<Builder> {
  const ref = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder', name };
  const object = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name },
    spec: { endpoint: formatBuilderEndpoint(endpoint) },
  };
  await daemon.client.apply<Builder>(object as never, { fieldManager: 'test', force: true });
  return await until<Builder>(daemon, ref, 'is ready', ({ status }) =>
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
  );
}

/** A spec as tests write it down: what is not given is as the schema says. */
export type PartialBuild = Partial<BuildSpec> & Readonly<Record<string, unknown>>;

/** Its steps have no network: a dockerd without a bridge has no other. */
export function declareBuild(space: Space, name: string, spec: PartialBuild, annotations = {}): Promise<Build> {
  return space.apply<Build>({ kind: 'Build', name, annotations, spec: { network: 'None', ...spec } });
}

/** Until build `number` (or a later one) was made, and is in use for the present spec. */
export function built(space: Space, name: string, number = 1): Promise<Build> {
  return space.until<Build>(
    'Build',
    name,
    `build ${number} is in use`,
    ({ status, metadata }) =>
      (status?.number ?? 0) >= number &&
      status?.observedGeneration === metadata.generation &&
      status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    BUILD_MS,
  );
}

/** Files of a context that stand in the object. */
export function inline(files: Readonly<Record<string, string>>): NonNullable<BuildSpec['context']> {
  return { inline: { files: Object.entries(files).map(([path, content]) => ({ path, content })) } };
}
