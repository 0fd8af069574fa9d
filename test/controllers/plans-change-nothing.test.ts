import test from 'ava';
import type { PlanChange } from '../../controllers/engine/planning/question.ts';
import { PLAN_ACTIONS } from '../../schemas/definitions/plan.ts';
import type { ContainerSpec } from '../../schemas/gen/types.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import {
  CONFIG_MAP,
  CONTAINER,
  container,
  ContainerWorld,
  IMAGE,
  NETWORK,
  ref,
  SECRET,
  VOLUME,
} from '../support/container-world.ts';
import { gone, planOf, wouldBe } from '../support/plans.ts';
import { Seal } from '../support/unchangeable.ts';

/** How the value begins when it is encoded. */
const SECRET_BASE64 = Buffer.from('hunter2 ').toString('base64').slice(0, 8);

const named = (name: string) => ({ name, namespace: 'default' });

const mounting: Partial<ContainerSpec> = {
  volumes: [
    { name: 'data', volume: { name: 'data' } },
    { name: 'site', configMap: { name: 'site' } },
    { name: 'key', secret: { secretName: 'key' } },
  ],
  volumeMounts: [
    { name: 'data', mountPath: '/data' },
    { name: 'site', mountPath: '/site', onChange: { action: 'Restart' } },
    { name: 'key', mountPath: '/key', onChange: { action: 'Signal' } },
  ],
  networks: [{ name: 'back' }],
  ports: [{ containerPort: 80, hostPort: 8080 }],
};

const objects = (text: string, more: Partial<ContainerSpec> = {}): readonly ObjectInput[] => [
  { ...CONFIG_MAP, metadata: named('site'), data: { page: text } } as never,
  { ...SECRET, metadata: named('key'), stringData: { key: `hunter2 ${text}` } } as never,
  { ...VOLUME, metadata: named('data'), spec: {} } as never,
  { ...NETWORK, metadata: named('back'), spec: {} } as never,
  { ...IMAGE, metadata: named('app'), spec: { reference: text === 'new' ? 'app:2' : 'app:1' } } as never,
  container('db', {}),
  container('web', { ...mounting, dependsOn: [{ kind: 'Container', name: 'db', restart: true }], ...more }),
  container('first', { updateStrategy: { type: 'StartFirst' }, ...more }),
];

/** Everything that the store has, Events aside, and what the runtime holds. */
async function everything(world: ContainerWorld): Promise<unknown> {
  const kinds = [
    CONFIG_MAP,
    SECRET,
    VOLUME,
    NETWORK,
    IMAGE,
    CONTAINER,
    { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  ];
  const lists = await Promise.all(kinds.map((kind) => world.user.list(kind, {})));
  return [lists.map(({ items }) => items), await world.holdings()];
}

async function open() {
  const seal = new Seal();
  const world = await ContainerWorld.open({
    ports: (runtime) => ({ ...runtime, ...seal.ports(runtime) }),
    client: seal.client,
  });
  world.controls.addImage('docker.io/library/app:2');
  for (const object of objects('old')) await world.user.apply(object, { fieldManager: 'test', force: true });
  for (const name of ['db', 'web', 'first']) {
    await world.running(name);
    await world.until('is good', name, ({ currentRevision }) => currentRevision);
  }
  await world.quiet();
  return { world, seal };
}

const CHANGED: Partial<ContainerSpec> = {
  image: 'app:2',
  env: [{ name: 'A', value: 'b' }],
  resources: { limits: { memory: '64Mi' } },
};

test('plans of everything change nothing: a runtime and a client that refuse all changes are never asked for one', async (t) => {
  const { world, seal } = await open();
  await using _ = world;
  const remove = gone(
    ...[
      [CONTAINER, 'web'],
      [CONTAINER, 'first'],
      [VOLUME, 'data'],
      [NETWORK, 'back'],
      [IMAGE, 'app'],
      [CONFIG_MAP, 'site'],
      [SECRET, 'key'],
    ].map(([kind, name]) => ref(kind as typeof CONTAINER, name as string)),
  );
  const fresh = objects('old').map((object) => ({
    ...object,
    metadata: { ...object.metadata, name: `new-${object.metadata.name}` },
  }));
  const questions: Readonly<Record<string, readonly PlanChange[]>> = {
    nothing: [],
    same: await wouldBe(world, objects('old')),
    changed: await wouldBe(world, objects('new', CHANGED)),
    data: (await wouldBe(world, objects('new'))).slice(0, 2),
    made: await wouldBe(world, fresh),
    loaded: await wouldBe(world, [
      {
        ...IMAGE,
        metadata: named('loaded'),
        spec: { reference: 'loaded:1', archive: { path: '/loaded.tar' } },
      } as never,
    ]),
    deleted: remove,
    'one by one': [],
  };
  const singles = [...(questions['changed'] ?? []), ...remove].map((change) => [change]);
  await world.quiet();
  const before = await everything(world);
  world.controls.resetCounters();
  world.writes.length = 0;
  seal.isSealed = true;
  const actions = new Set<string>();
  for (const question of [...Object.values(questions), ...singles]) {
    const answer = await planOf(world, question);
    const told = JSON.stringify(answer);
    t.false(told.includes('hunter2') || told.includes(SECRET_BASE64), 'no value of a Secret is told');
    for (const { action, message } of answer) {
      actions.add(action);
      t.not(action, 'Unknown', message);
    }
  }
  seal.isSealed = false;
  t.deepEqual(seal.broken, []);
  t.deepEqual(
    world.writes.filter((write) => !write.includes('Event')),
    [],
  );
  t.is(world.controls.mutations, 0, [...world.controls.calls.keys()].join());
  t.deepEqual(await everything(world), before);
  const all = PLAN_ACTIONS.filter((action) => action !== 'Build' && action !== 'Unknown');
  t.deepEqual(
    [...actions].toSorted(),
    all.toSorted(),
    'all of what Containers and what they use come to was asked for',
  );
});

test('a seal that is broken is seen', async (t) => {
  const { world, seal } = await open();
  await using _ = world;
  seal.isSealed = true;
  await world.apply('web', { ...mounting, image: 'app:2' });
  await world.eventually('something was tried', () => seal.broken.length > 0);
  seal.isSealed = false;
  t.true(seal.broken.length > 0);
});
