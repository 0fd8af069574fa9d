import test from 'ava';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import {
  APP,
  CONFIG_MAP,
  CONTAINER,
  container,
  ContainerWorld,
  type ContainerWorldOptions,
  ref,
  VOLUME,
} from '../../support/container-world.ts';
import { gone, planOf, planText, wouldBe } from '../../support/plans.ts';
import { open as openStartFirst, version } from './start-first-world.ts';
import { mounting, site, variable } from './on-change-world.ts';

const apply = (world: ContainerWorld, object: ReturnType<typeof container>): Promise<Container> =>
  world.user.apply<Container>(object, { fieldManager: 'test', force: true });

const text = async (world: ContainerWorld, ...specs: readonly Partial<ContainerSpec>[]): Promise<readonly string[]> =>
  planText(
    await planOf(
      world,
      await wouldBe(
        world,
        specs.map((spec) => container('web', spec)),
      ),
    ),
  );

/** A world in which web runs. */
async function open(spec: Partial<ContainerSpec> = {}, options: ContainerWorldOptions = {}) {
  const world = await ContainerWorld.open(options);
  world.controls.addImage('docker.io/library/app:2');
  await site(world, 'one');
  await apply(world, container('web', spec));
  await world.running('web');
  return world;
}

const configMap = (page: string) => ({
  ...CONFIG_MAP,
  metadata: { name: 'site', namespace: 'default' },
  data: { page },
});

const replaced = (because: string, ...first: readonly string[]): readonly string[] => [
  `Changed Container web Replace: replaced, because ${because}`,
  ...first,
  `  Stop: ${because}`,
  '  RecordExit: its process ended with code 143',
  `  Delete: ${because}`,
  `  Create: ${because}`,
  `  Start: ${because}`,
];

test('a Container that is not there is made, its image pulled first', async (t) => {
  await using world = await ContainerWorld.open();
  t.deepEqual(await text(world, {}), [
    'Changed Container web Create: made and started, because it never ran',
    `  Pull ${APP}: the image is not here yet`,
    '  Create: it never ran',
    '  Start: it never ran',
  ]);
});

test('one that runs as it is to has nothing done', async (t) => {
  await using world = await open();
  t.deepEqual(await text(world, {}), ['Changed Container web None: it is as it is to be']);
});

test('another image replaces it, and is pulled first', async (t) => {
  await using world = await open();
  t.deepEqual(
    await text(world, { image: 'app:2' }),
    replaced('spec.image changed from app:1 to app:2', '  Pull docker.io/library/app:2: the image is not here yet'),
  );
});

test('other fields replace it, named without their values', async (t) => {
  await using world = await open();
  const env = [{ name: 'PASSWORD', value: 'hunter2' }];
  const lines = await text(world, { env, workingDir: '/' });
  t.deepEqual(lines, replaced('spec.env changed and spec.workingDir changed'));
  t.false(lines.join().includes('hunter2'));
});

test('limits, ports, probes and log limits change in place', async (t) => {
  await using world = await open();
  t.deepEqual(await text(world, { resources: { limits: { memory: '64Mi' } } }), [
    'Changed Container web Update: resized in place, because spec.resources changed',
    '  UpdateResources: spec.resources changed',
  ]);
  const spec: Partial<ContainerSpec> = {
    ports: [{ containerPort: 80, hostPort: 8080 }],
    readinessProbe: { exec: { command: ['true'] } },
    logging: { maxFiles: 2 },
  };
  t.deepEqual(await text(world, spec), [
    'Changed Container web Update: changed in place, because spec.logging changed and spec.ports changed and spec.readinessProbe changed',
    '  UpdateLogLimits spec.logging: spec.logging changed',
    '  UpdatePorts spec.ports: spec.ports changed',
    '  UpdateProbes spec.readinessProbe: spec.readinessProbe changed',
  ]);
});

test('what counts when it is needed next does nothing now', async (t) => {
  await using world = await open();
  t.deepEqual(await text(world, { restartPolicy: 'Never' }), [
    'Changed Container web None: nothing is done now: spec.restartPolicy changed, which counts from now on',
  ]);
});

for (const [what, spec, ...lines] of [
  [
    'Restart',
    mounting({ action: 'Restart' }),
    'Affected Container web Restart: restarted, because ConfigMap site changed',
    '  Restart: ConfigMap site changed',
    '  RecordExit: its process ended with code 143',
    '  Start: its last run ended: Stopped',
  ],
  [
    'Restart of a variable',
    variable('Restart'),
    'Affected Container web Restart: restarted, because ConfigMap site changed',
    '  Restart: ConfigMap site changed',
    '  RecordExit: its process ended with code 143',
    '  Start: its last run ended: Stopped',
  ],
  [
    'Recreate',
    mounting({ action: 'Recreate' }),
    ...replaced('ConfigMap site changed').map((line) => line.replace('Changed Container', 'Affected Container')),
  ],
  [
    'Signal',
    mounting({ action: 'Signal', signal: 'SIGUSR1' }),
    'Affected Container web Update: changed in place, because ConfigMap site changed',
    '  UpdateFiles /site: ConfigMap site changed',
    '  Signal SIGUSR1: ConfigMap site changed',
  ],
  [
    'Exec',
    mounting({ action: 'Exec', exec: { command: ['reload', '--password=secret'] } }),
    'Affected Container web Update: changed in place, because ConfigMap site changed',
    '  UpdateFiles /site: ConfigMap site changed',
    '  Exec reload: ConfigMap site changed',
  ],
  [
    'nothing but the files',
    mounting(),
    'Affected Container web Update: changed in place, because ConfigMap site changed',
    '  UpdateFiles /site: ConfigMap site changed',
  ],
] as const) {
  test(`a changed ConfigMap follows as its place says: ${what}`, async (t) => {
    await using world = await open(spec);
    const [first, ...others] = planText(await planOf(world, await wouldBe(world, [configMap('two')])));
    t.is(first, 'Changed ConfigMap site None: nothing is done for the object by itself');
    t.deepEqual(others, lines);
    t.is(
      (await planOf(world, await wouldBe(world, [configMap('one')]))).length,
      1,
      'and the same content does nothing',
    );
  });
}

test('StartFirst: the next one is made beside the one that serves, which then goes', async (t) => {
  const { world } = await openStartFirst();
  await using _ = world;
  const [web] = await planOf(world, await wouldBe(world, [container('web', version(2))]));
  t.like(web, { action: 'Replace', message: 'replaced by StartFirst, without a gap, because spec.args changed' });
  t.deepEqual(
    web?.steps.map(({ type }) => type),
    ['Create', 'Start', 'SwitchOver', 'Drain', 'Stop', 'Delete'],
  );
});

test('StartFirst: a change that cannot be without a gap says why', async (t) => {
  const { world } = await openStartFirst({ restartPolicy: 'OnFailure' });
  await using _ = world;
  const next = container('web', version(2, { restartPolicy: 'OnFailure' }));
  const [web] = await planOf(world, await wouldBe(world, [next]));
  const message =
    'replaced, because spec.args changed; the old one is stopped first, because restartPolicy is OnFailure';
  t.like(web, { action: 'Replace', message });
});

test('a paused change waits', async (t) => {
  await using world = await open();
  await world.until('is good', 'web', ({ currentRevision }) => currentRevision);
  t.deepEqual(await text(world, { image: 'app:2', paused: true }), [
    'Changed Container web Wait: waits: the change waits until spec.paused is taken away',
  ]);
});

test('what is missing is waited for, and what runs runs on', async (t) => {
  await using world = await open();
  const missing = { envFrom: [{ configMapRef: { name: 'absent' } }] };
  t.deepEqual(await text(world, missing), [
    'Changed Container web Wait: waits: ConfigMapNotFound: ConfigMap default/absent is not there; create it, or mark it optional',
  ]);
});

test('what the same question makes is there', async (t) => {
  await using world = await ContainerWorld.open();
  const spec = {
    volumes: [{ name: 'v', volume: { name: 'data' } }],
    volumeMounts: [{ name: 'v', mountPath: '/data' }],
    dependsOn: [{ kind: 'Container', name: 'db' }],
  };
  const volume = { ...VOLUME, metadata: { name: 'data', namespace: 'default' }, spec: {} };
  const [web] = await wouldBe(world, [container('web', spec)]);
  const others = await wouldBe(world, [container('db'), volume]);
  const lines = planText(
    await planOf(
      world,
      [web, ...others].filter((each) => each !== undefined),
    ),
  );
  t.deepEqual(lines.slice(0, 5), [
    'Changed Container web Create: made and started, because it never ran',
    `  Pull ${APP}: the image is not here yet`,
    '  AwaitDependencies: Container db is not ready yet',
    '  Create: it never ran',
    '  Start: it never ran',
  ]);
  t.like(
    await planOf(
      world,
      [web].filter((each) => each !== undefined),
    ),
    { 0: { action: 'Wait' } },
  );
});

test('one that depends on another with restart is started again with it', async (t) => {
  await using world = await open();
  await apply(world, container('user', { dependsOn: [{ kind: 'Container', name: 'web', restart: true }] }));
  await world.running('user');
  const [, other] = await planOf(world, await wouldBe(world, [container('web', { image: 'app:2' })]));
  t.like(other, {
    ref: { name: 'user' },
    because: 'Affected',
    action: 'Restart',
    message: 'restarted, because Container web was started again',
  });
});

test('a deletion stops the process and says so', async (t) => {
  await using world = await open();
  const [web] = planText(await planOf(world, gone(ref(CONTAINER, 'web'))))
    .join('\n')
    .split('\nAffected');
  t.is(
    web,
    [
      'Deleted Container web Delete: deleted: its process is stopped; its logs go with it',
      '  Stop: the object is deleted',
      '  Delete: the object is deleted',
    ].join('\n'),
  );
});

test('while the runtime is away nobody can tell', async (t) => {
  await using world = await open();
  world.controls.setUnavailable(true);
  const [web] = await planOf(world, await wouldBe(world, [container('web', { image: 'app:2' })]));
  t.like(web, { action: 'Unknown', message: 'cannot be told: containerd does not answer', steps: [] });
});
