import test from 'ava';
import type { ApiError } from '../../client/client.ts';
import { createHttpClient } from '../../client/http.ts';
import { serveBuilderCache } from '../../cli/daemon/builder-cache.ts';
import { toBuildKit } from '../../cli/commands/builder/filters.ts';
import { parseSize } from '../../cli/commands/builder/size.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import type { Builder, BuilderSpec, BuilderStatus, Secret } from '../../schemas/gen/types.ts';
import { ScriptedBuilders, record } from '../controllers/builder/scripted-builders.ts';
import { completed } from './completed.ts';
import { NOW, openCliWorld, type CliWorld } from './world.ts';

const BUILDER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder' } as const;
const SOCKET = '/run/b.sock';
const READY: BuilderStatus = {
  type: 'Buildkitd',
  endpoint: `unix://${SOCKET}`,
  version: 'v0.32.2',
  platforms: 'linux/amd64, linux/386, linux/arm64, linux/arm, linux/riscv64',
  workers: [{ id: 'w1', executor: 'oci' }],
  landing: 'ContentStore',
  sharesContainerd: false,
  activeBuilds: 1,
  cache: { records: 2, sizeBytes: 4_300_000, size: '4.3 MB', reclaimableBytes: 4_000_000 },
  conditions: [condition('True', 'BuilderFound', 'buildkitd v0.32.2, oci worker')],
};
const IDLE: BuilderStatus = {
  type: 'Managed (dockerd)',
  conditions: [condition('True', 'BuilderIdle', 'a dockerd of its own is started when a Build needs it')],
};

function condition(status: 'True' | 'False', reason: string, message: string) {
  return { type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' } as const;
}

interface World extends CliWorld {
  readonly builders: ScriptedBuilders;
  add(name: string, status: BuilderStatus, spec?: BuilderSpec): Promise<void>;
}

async function openWorld(): Promise<World> {
  const world = await openCliWorld();
  const builders = new ScriptedBuilders();
  builders.add(SOCKET);
  builders.records = [
    record(4_000_000, { description: 'mount / from exec make', lastUsedAt: NOW - 60_000, createdAt: NOW - 3_600_000 }),
    record(300_000, { inUse: true, type: 'source.local', description: 'local source\nfor context' }),
  ];
  serveBuilderCache(world.api.server, builders);
  const client = world.api.client('admin');
  const add = async (name: string, status: BuilderStatus, spec: BuilderSpec = {}): Promise<void> => {
    const made = await client.create<Builder>({ ...BUILDER, metadata: { name }, spec });
    await client.updateStatus<Builder>({ ...made, status });
  };
  return { ...world, builders, add };
}

test('builders are listed with what they are and what they do', async (t) => {
  await using world = await openWorld();
  t.is((await world.tsmoby(['builder', 'ls'])).stderr, 'No builders found.\n');
  await world.add('default', READY);
  await world.add('own', IDLE);
  await world.add('new', {});
  const { stdout, code } = await world.tsmoby(['builder', 'ls']);
  t.is(code, 0);
  t.deepEqual(
    stdout.split('\n').map((line) => line.trimEnd()),
    [
      'NAME      TYPE                STATUS     BUILDING   CACHE    BUILDKIT   PLATFORMS',
      'default   Buildkitd           running    1          4.3 MB   v0.32.2    linux/amd64, linux/386, linux/arm64, linux/arm (+1)',
      'new                           unknown    0',
      'own       Managed (dockerd)   inactive   0',
      '',
    ],
  );
  t.is((await world.tsmoby(['builder', 'ls', '-o', 'name'])).stdout.split('\n')[0], 'builder.tsmoby.dev/default');
});

test('one builder is shown in full', async (t) => {
  await using world = await openWorld();
  await world.add('default', READY);
  const { stdout } = await world.tsmoby(['builder', 'inspect']);
  t.regex(stdout, /^Name: +default\nType: +Buildkitd\nEndpoint: +unix:\/\/\/run\/b\.sock\nStatus: +running\n/);
  t.regex(stdout, /^Workers: +w1 \(oci\)$/m);
  t.regex(stdout, /^Builds: +1 of 4$/m);
  t.regex(stdout, /^Reclaimable: +4\.0 MB$/m);
  const json = JSON.parse((await world.tsmoby(['builder', 'inspect', 'default', '-o', 'json'])).stdout) as Builder;
  t.is(json.status?.version, 'v0.32.2');
  t.regex((await world.tsmoby(['builder', 'inspect', 'none'])).stderr, /builders\.tsmoby\.dev "none" not found/);
});

test('what takes room in the cache is shown, the largest last, and filtered', async (t) => {
  await using world = await openWorld();
  await world.add('default', READY);
  const { stdout } = await world.tsmoby(['builder', 'du']);
  t.is(
    stdout,
    [
      'ID         TYPE           RECLAIMABLE   SIZE     LAST ACCESSED   DESCRIPTION',
      'r300000    source.local   false         300 kB                   local source...',
      'r4000000   regular        true          4.0 MB   60s ago         mount / from exec make',
      'Reclaimable:  4.0 MB',
      'Total:        4.3 MB',
      '',
    ].join('\n'),
  );
  const filtered = await world.tsmoby(['builder', 'du', '--filter=type=source.local', '--filter=inuse', '-o', 'json']);
  t.deepEqual(
    (JSON.parse(filtered.stdout) as { id: string }[]).map(({ id }) => id),
    ['r300000'],
  );
  t.regex((await world.tsmoby(['builder', 'du', '--verbose'])).stdout, /^Usage count: +1$/m);
  t.regex((await world.tsmoby(['builder', 'du', '--filter=until=24h'])).stderr, /--filter until=24h: write it like/);
});

test('a cache is pruned within what the flags say, and what went is told', async (t) => {
  await using world = await openWorld();
  await world.add('default', READY);
  const line = ['builder', 'prune', '--force', '--keep-storage=10GB', '--keep-duration=48h', '--all'];
  const { stdout, code } = await world.tsmoby([...line, '--filter=type=regular', '--filter', 'inuse']);
  t.is(code, 0);
  t.is(stdout, '2 records removed\nTotal reclaimed space: 4.3 MB\n');
  t.deepEqual(world.builders.pruned, [
    { keepBytes: 10_000_000_000, keepDurationMs: 172_800_000, all: true, filters: ['type==regular', 'inuse'] },
  ]);
  await world.tsmoby(['builder', 'prune', 'default', '-f']);
  t.deepEqual(world.builders.pruned[1], { all: false, filters: [] });
});

test('nobody prunes without having been asked, or having said that he means it', async (t) => {
  await using world = await openWorld();
  await world.add('default', READY);
  t.regex((await world.tsmoby(['builder', 'prune'])).stderr, /say --force/);
  const typed = (text: string) => ({
    isTTY: true,
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(text);
    },
  });
  const refused = await world.tsmoby(['builder', 'prune'], { stdin: typed('n\n') });
  t.is(refused.code, 1);
  t.regex(refused.stderr, /all of the build cache that is not in use of builder "default"\. Go on\? \[y\/N\]/);
  t.deepEqual(world.builders.pruned, []);
  const agreed = await world.tsmoby(['builder', 'prune', '--keep-storage=1'], { stdin: typed('y\n') });
  t.is(agreed.code, 0);
  t.deepEqual(world.builders.pruned, [{ keepBytes: 1, all: false, filters: [] }]);
});

test('a builder that rests is started for it', async (t) => {
  await using world = await openWorld();
  await world.add('own', IDLE);
  const client = world.api.client('admin');
  const running = world.tsmoby(['builder', 'du', 'own']);
  const started = async (): Promise<void> => {
    for (;;) {
      const found = await client.get<Builder>({ ...BUILDER, name: 'own' });
      if (found.metadata.annotations?.['tsmoby.dev/builder-wanted'] !== undefined) {
        await client.updateStatus<Builder>({ ...found, status: READY });
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await started();
  const { stdout, stderr } = await running;
  t.is(stderr, 'builder "own" is being started\n');
  t.regex(stdout, /^Total: +4\.3 MB$/m);
});

test('a builder that is away is told with why', async (t) => {
  await using world = await openWorld();
  await world.add('away', { conditions: [condition('False', 'BuilderUnavailable', 'nobody is there')] });
  const refused = await world.tsmoby(['builder', 'du', 'away']);
  t.regex(refused.stderr, /builder "away" does not run: BuilderUnavailable: nobody is there/);
  await world.add('gone', { ...READY, endpoint: 'unix:///gone.sock' });
  t.regex((await world.tsmoby(['builder', 'du', 'gone'])).stderr, /builder "gone": connect ENOENT/);
  world.builders.refusal = new RuntimeError('Internal', 'no such filter');
  t.regex((await world.tsmoby(['builder', 'prune', 'gone', '-f'])).stderr, /builder "gone": no such filter/);
});

test('the cache of a builder by TCP is reached with its certificates', async (t) => {
  await using world = await openWorld();
  const client = world.api.client('admin');
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tsmoby-system' } });
  const data = { 'ca.crt': Buffer.from('-----BEGIN CERTIFICATE-----\nca').toString('base64') };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'tsmoby-system', name: 'tls' } };
  world.builders.add('builds -----BEGIN CERTIFICATE-----\nca');
  const spec = { endpoint: 'tcp://builds:1', tls: { secretRef: { name: 'tls' } } };
  await world.add('far', { ...READY, endpoint: 'tcp://builds:1' }, spec);
  const refusal = async () => (await world.tsmoby(['builder', 'du', 'far'])).stderr;
  const head = 'Error from server (BadRequest): builder "far": Secret tsmoby-system/tls';
  t.is(await refusal(), `${head} is not there: its ca.crt is needed\n`);
  const made = await client.create<Secret>({ ...secret, data: {} } as never);
  t.is(await refusal(), `${head}: it has no key ca.crt\n`);
  await client.update({ ...made, data });
  t.is((await world.tsmoby(['builder', 'du', 'far'])).code, 0);
});

test('what stays of a cache is no negative amount', async (t) => {
  await using world = await openWorld();
  await world.add('default', READY);
  using client = await createHttpClient({ connection: { socketPath: world.socketPath }, userAgent: 'test/0' });
  const path = '/apis/tsmoby.dev/v1alpha1/builders/default/prune';
  for (const query of ['keepStorage=-1', 'keepDuration=-1h', 'keepStorage=-1Gi&keepDuration=-1s']) {
    const error = await t.throwsAsync<ApiError>(client.raw(`${path}?${query}`, { method: 'POST' }));
    t.is(error?.code, 422, query);
    t.regex(error?.message ?? '', /must not be negative/);
  }
  t.deepEqual(world.builders.pruned, []);
});

test('builders are made and deleted', async (t) => {
  await using world = await openWorld();
  const client = world.api.client('admin');
  const specOf = async (name: string): Promise<BuilderSpec> => (await client.get<Builder>({ ...BUILDER, name })).spec;
  t.is((await world.tsmoby(['builder', 'create', 'own'])).stdout, 'builder.tsmoby.dev/own created\n');
  t.true((await specOf('own')).managed);
  await world.tsmoby(['builder', 'create', 'sock', '--endpoint=docker:///d.sock']);
  t.is((await specOf('sock')).endpoint, 'docker:///d.sock');
  t.regex((await world.tsmoby(['builder', 'create', 'x', '--endpoint=/d.sock'])).stderr, /is no endpoint: write unix:/);
  t.is((await world.tsmoby(['builder', 'rm', 'own', 'sock'])).stdout.split('\n').length, 3);
  t.truthy((await client.get<Builder>({ ...BUILDER, name: 'own' })).metadata.deletionTimestamp);
});

test('what cannot be is refused before anything is asked', async (t) => {
  await using world = await openWorld();
  t.regex((await world.tsmoby(['builder'])).stderr, /you must say what to do: ls, inspect, du, prune, create, rm/);
  t.regex((await world.tsmoby(['builder', 'toString'])).stderr, /you must say what to do/);
  t.regex((await world.tsmoby(['builder', 'prune', 'a', 'b', '-f'])).stderr, /name one builder/);
  t.regex(
    (await world.tsmoby(['builder', 'prune', '-f', '--keep-storage=much'])).stderr,
    /invalid argument "much" for "--keep-storage" flag: write it like 10GB/,
  );
});

test('a cursor behind builder is led to what may come', async (t) => {
  await using world = await openWorld();
  await world.add('default', READY);
  const complete = (...words: readonly string[]) => completed(world, 'builder', ...words);
  t.deepEqual(await complete(''), ['ls', 'inspect', 'du', 'prune', 'create', 'rm']);
  t.deepEqual(await complete('inspect', 'd'), ['default']);
  t.true((await complete('prune', '--keep')).includes('--keep-storage'));
});

test('discovery shows both subresources', async (t) => {
  await using world = await openWorld();
  using client = await createHttpClient({ connection: { socketPath: world.socketPath }, userAgent: 'test/0' });
  const { resources } = (await client.raw('/apis/tsmoby.dev/v1alpha1')) as unknown as {
    readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
  };
  const verbs = (name: string) => resources.find((one) => one.name === name)?.verbs;
  t.deepEqual(verbs('builders/cache'), ['get']);
  t.deepEqual(verbs('builders/prune'), ['create']);
});

test('sizes are read as they are shown, and as Kubernetes writes them', (t) => {
  for (const [text, bytes] of [
    ['10GB', 1e10],
    ['1.5 mb', 1.5e6],
    ['7b', 7],
    ['10Gi', 10 * 2 ** 30],
    ['5k', 5000],
    ['0', 0],
  ] as const) {
    t.is(parseSize('x', text), bytes, text);
  }
  for (const text of ['', 'x', '-1', '1 PB']) t.throws(() => parseSize('x', text), { message: /write it like/ }, text);
});

test('filters are docker’s or BuildKit’s own', (t) => {
  t.deepEqual(['type=regular', 'type==regular', 'type != x', 'description~=a=b', 'inuse'].map(toBuildKit), [
    'type==regular',
    'type==regular',
    'type!=x',
    'description~=a=b',
    'inuse',
  ]);
});
