/** The measured Builds: made, watched and deleted as a client does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../client/client.ts';
import type { Build, Builder } from '../../schemas/gen/types.ts';
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';

const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;
const BUILDER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder' } as const;
const NAMESPACE = 'default';
const FIELD_MANAGER = 'bench';
const BUILDER_NAME = 'bench';
const LIMIT_MS = 300_000;
const POLL_MS = 50;

const isTrue = (object: Build | Builder, wanted: string): boolean =>
  object.status?.conditions?.some(({ type, status }) => type === wanted && status === 'True') ?? false;

/** The result of so many builds is in use, and nothing newer is wanted. */
const isBuilt = (build: Build, number: number): boolean =>
  build.status?.number === number && isTrue(build, 'Ready') && isTrue(build, 'BuildCurrent');

/** Makes the builder known, and waits until it has answered. */
export async function applyBuilder(client: Client, endpoint: BuilderEndpoint): Promise<void> {
  if (endpoint.type === 'tcp') throw new TypeError('a builder of this machine is measured');
  const scheme = endpoint.type === 'docker' ? 'docker' : 'unix';
  const spec = { endpoint: `${scheme}://${endpoint.path}` };
  await client.apply<Builder>({ ...BUILDER, metadata: { name: BUILDER_NAME }, spec }, { fieldManager: FIELD_MANAGER });
  await until('the builder answers', async () =>
    isTrue(await client.get<Builder>({ ...BUILDER, name: BUILDER_NAME }), 'Ready'),
  );
}

/** A Build of a directory, which follows the files in it. */
export async function applyBuild(client: Client, name: string, path: string): Promise<void> {
  const spec = { builderName: BUILDER_NAME, context: { directory: { path } }, watch: true, historyLimit: 1 };
  await client.apply<Build>(
    { ...BUILD, metadata: { name, namespace: NAMESPACE }, spec },
    { fieldManager: FIELD_MANAGER },
  );
}

/** Does what makes each of the Builds come to its build `number`; resolves with the milliseconds from the beginning of that until a watch has shown it. */
export async function untilBuilt(
  client: Client,
  { names, number }: { readonly names: readonly string[]; readonly number: number },
  cause: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<number> {
  const { metadata } = await client.list<Build>(BUILD, { namespace: NAMESPACE });
  const ended = new AbortController();
  const bounded = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(LIMIT_MS)]);
  const watch = client.watch<Build>(BUILD, {
    namespace: NAMESPACE,
    resourceVersion: metadata.resourceVersion,
    signal: bounded,
  });
  const left = new Set(names);
  const seen = (async () => {
    for await (const event of watch) {
      if (event.type === 'BOOKMARK' || event.type === 'DELETED') continue;
      if (isBuilt(event.object, number)) left.delete(event.object.metadata.name);
      if (left.size === 0) return;
    }
    throw new Error(`not built: ${[...left].join(', ')}`);
  })();
  const begin = performance.now();
  try {
    await Promise.all([cause(), seen]);
    return performance.now() - begin;
  } finally {
    ended.abort();
    await seen.catch(() => undefined);
  }
}

/** Number of the build that is in use. */
export async function numberOf(client: Client, name: string): Promise<number> {
  return (await client.get<Build>({ ...BUILD, namespace: NAMESPACE, name })).status?.number ?? 0;
}

/** Resolves when they are gone, and what they had with them. */
export async function deleteBuilds(client: Client): Promise<void> {
  await client.deleteCollection(BUILD, { namespace: NAMESPACE });
  await until(
    'the Builds are gone',
    async () => (await client.list<Build>(BUILD, { namespace: NAMESPACE })).items.length === 0,
  );
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + LIMIT_MS; !(await look()); await sleep(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
  }
}
