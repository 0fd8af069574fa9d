import test from 'ava';
import { serveBuildLog } from '../../../cli/daemon/build-log.ts';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import type { BuildLogEntry, BuildLogWriter } from '../../../runtime/ports/build-logs.ts';
import type { FakeBuildLogs } from '../../../runtime/fake/build-logs.ts';
import type { Build, BuildStatus } from '../../../schemas/gen/types.ts';
import { parseProgressLine } from '../../../schemas/values/build-progress/json.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { createManualTime } from '../../runtime/fake/manual-time.ts';
import { begin, end, output, step } from '../../schemas/values/build-progress/entries.ts';

const KIND = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;

interface World extends ApiWorld {
  readonly logs: FakeBuildLogs;
  readonly uid: string;
}

async function openWorld(status?: Partial<BuildStatus>): Promise<World> {
  const world = await openApiWorld();
  const time = createManualTime();
  const { buildLogs: logs } = createFakeRuntime({ clock: time, timers: time });
  serveBuildLog(world.server, logs);
  const client = world.client('admin');
  const made = await client.create<Build>({ ...KIND, metadata: { namespace: 'default', name: 'app' }, spec: {} });
  if (status) await client.updateStatus<Build>({ ...made, status });
  return { ...world, logs, uid: made.metadata.uid };
}

async function write({ logs, uid }: World, number: number, entries: readonly object[]): Promise<BuildLogWriter> {
  const writer = await logs.open({ log: uid, number });
  for (const entry of entries) writer.append(entry as BuildLogEntry);
  return writer;
}

/** GET of the log, through the pipeline. */
async function getLog(world: World, parameters: Record<string, string>, signal = new AbortController().signal) {
  return world.server.pipeline.handle({
    credentials: { transport: 'in-process', user: { name: 'admin', groups: ['system:masters'] } },
    info: {
      type: 'resource',
      method: 'GET',
      group: 'tsmoby.dev',
      version: 'v1alpha1',
      resource: 'builds',
      subresource: 'log',
      namespace: 'default',
      name: 'app',
      watchPrefix: false,
      path: '',
    },
    parameters,
    representation: { encoding: 'json', shape: 'plain' },
    userAgent: 'test',
    warn: () => undefined,
    signal,
  } as unknown as Parameters<ApiWorld['server']['pipeline']['handle']>[0]);
}

async function textOf(response: Awaited<ReturnType<typeof getLog>>): Promise<string> {
  if (response.type !== 'stream') throw new Error(JSON.stringify(response));
  return Buffer.concat(await Array.fromAsync(response.body)).toString();
}

const entries = [
  begin('default/app, build 2', 'ContextChanged'),
  step('a', 'RUN a', { from: 0 }),
  output('a', 1, 'hello\n'),
  step('a', 'RUN a', { from: 0, to: 2 }),
  end(2),
];
const lastBuild = { number: 2, phase: 'Succeeded' };

test('the log of the newest build is lines for people', async (t) => {
  await using world = await openWorld({ lastBuild });
  await (await write(world, 2, entries)).close();
  const response = await getLog(world, {});
  t.is(response.type === 'stream' ? response.contentType : '', 'text/plain');
  t.is(await textOf(response), '#0 default/app, build 2: ContextChanged\n\n#1 RUN a\n#1 1.000 hello\n#1 DONE 2.0s\n');
});

test('or its entries as lines of JSON; and of another build', async (t) => {
  await using world = await openWorld({ lastBuild });
  await (await write(world, 1, [entries[0] ?? {}])).close();
  await (await write(world, 2, entries)).close();
  const response = await getLog(world, { format: 'json' });
  t.is(response.type === 'stream' ? response.contentType : '', 'application/x-ndjson');
  t.deepEqual((await textOf(response)).trimEnd().split('\n').map(parseProgressLine), entries);
  t.is(await textOf(await getLog(world, { build: '1' })), '#0 default/app, build 2: ContextChanged\n');
});

test('who follows sees it as it comes, to its end', async (t) => {
  await using world = await openWorld({ lastBuild: { number: 2, phase: 'Running' } });
  const writer = await write(world, 2, entries.slice(0, 1));
  const response = await getLog(world, { follow: 'true' });
  if (response.type !== 'stream') throw new Error(JSON.stringify(response));
  const chunks = response.body[Symbol.asyncIterator]();
  const next = async () => Buffer.from(((await chunks.next()).value as Uint8Array | undefined) ?? '').toString();
  t.is(await next(), '#0 default/app, build 2: ContextChanged\n');
  writer.append(entries[1] as BuildLogEntry);
  t.is(await next(), '\n#1 RUN a\n');
  await writer.close();
  t.is(await next(), '');
});

test('without follow, what is there so far ends it', async (t) => {
  await using world = await openWorld({ lastBuild: { number: 2, phase: 'Running' } });
  await write(world, 2, entries.slice(0, 2));
  t.is(await textOf(await getLog(world, {})), '#0 default/app, build 2: ContextChanged\n\n#1 RUN a\n');
});

test('a Build that built nothing says why', async (t) => {
  await using fresh = await openWorld();
  const message = 'build "app" has built nothing yet: it was not looked at yet';
  t.like(await getLog(fresh, {}), { type: 'status', code: 400, status: { reason: 'BadRequest', message } });
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: 'ContextNotFound',
    message: 'there is no /src',
    lastTransitionTime: '2026-01-31T12:00:00Z',
  } as const;
  await using waiting = await openWorld({ conditions: [ready] });
  const refusal = await getLog(waiting, { follow: 'true' });
  t.like(refusal, { status: { message: 'build "app" has built nothing yet: ContextNotFound: there is no /src' } });
});

test('a build of which there is no log is refused, with what there is', async (t) => {
  await using world = await openWorld({ lastBuild });
  const refusal = await getLog(world, { build: '7' });
  t.like(refusal, { code: 400, status: { message: 'build "app" has no log of build 7: the newest is 2' } });
});

for (const [parameters, code] of [
  [{ build: 'x' }, 400],
  [{ build: '0' }, 422],
  [{ format: 'yaml' }, 422],
] as const) {
  test(`${JSON.stringify(parameters)} is refused with ${code}`, async (t) => {
    await using world = await openWorld({ lastBuild });
    t.like(await getLog(world, parameters), { type: 'status', code });
  });
}

test('discovery tells of it', async (t) => {
  await using world = await openWorld();
  const resource = world.server.registry.find('tsmoby.dev', 'v1alpha1', 'builds');
  t.true(resource?.subresources.has('log'));
});
