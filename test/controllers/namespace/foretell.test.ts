import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { CONTAINER, container, ContainerWorld, isReady, ref, VOLUME } from '../../support/container-world.ts';
import { gone, planOf, planText, wouldBe } from '../../support/plans.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

test('a namespace that is deleted takes its objects along, and says what becomes of the data of each', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create({ ...NAMESPACE, metadata: { name: 'other' } });
  await world.network('default', isReady, 'other');
  const inOther = <T extends { readonly metadata: object }>(object: T) => ({
    ...object,
    metadata: { ...object.metadata, namespace: 'other' },
  });
  await world.user.create(inOther(container('web')));
  await world.user.create(inOther({ ...VOLUME, metadata: { name: 'data' }, spec: {} }));
  const there = async (kind: typeof CONTAINER | typeof VOLUME, name: string) =>
    isReady(await world.user.get<Container>({ ...ref(kind, name), namespace: 'other' }));
  await world.eventually('all are ready', async () => (await there(CONTAINER, 'web')) && (await there(VOLUME, 'data')));
  const answer = await planOf(world, gone({ ...NAMESPACE, name: 'other' }));
  const lines = planText(answer).filter((line) => !line.startsWith(' '));
  t.is(lines[0], 'Deleted Namespace other Delete: deleted with all objects in it');
  t.deepEqual(
    answer
      .slice(1)
      .map(({ ref: { kind, namespace, name }, because, action }) => `${because} ${kind} ${namespace}/${name} ${action}`)
      .toSorted(),
    [
      'Affected Container other/web Delete',
      `Affected Image other/${answer.find(({ ref: { kind } }) => kind === 'Image')?.ref.name} Delete`,
      'Affected Network other/default Delete',
      'Affected Volume other/data Retain',
    ],
  );
});

test('a namespace that is made gets its default Network, and Containers in it find that', async (t) => {
  await using world = await ContainerWorld.open();
  const made = await wouldBe(world, [{ ...NAMESPACE, metadata: { name: 'other' } }]);
  const web = { object: { ...container('web'), metadata: { name: 'web', namespace: 'other' } } } as never;
  const lines = planText(await planOf(world, [...made, web]));
  t.deepEqual(lines.slice(0, 3), [
    'Changed Namespace other Create: made, and a default Network in it',
    '  CreateNetwork default: every namespace has one',
    'Changed Container web Create: made and started, because it never ran',
  ]);
});
