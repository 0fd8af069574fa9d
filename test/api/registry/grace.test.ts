import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { container, CONTAINER, ref } from '../../support/container-world.ts';
import { widget, WIDGET } from '../../support/widget.ts';

type Asked = number | undefined;

const ROWS: readonly (readonly [readonly Asked[], number])[] = [
  [[undefined], 0],
  [[30], 30],
  [[1], 1],
  [[0], 1],
  [[-5], 1],
  [[30, 5], 5],
  [[5, 30], 5],
  [[30, undefined], 30],
  [[undefined, 0], 1],
];

for (const [deletes, expected] of ROWS) {
  test(`a Container deleted with ${deletes.map((asked) => asked ?? 'no').join(', then ')} seconds of grace keeps ${expected}`, async (t) => {
    await using world = await openApiWorld();
    const client = world.plainClient();
    await client.create(container('web'));
    for (const asked of deletes) {
      await client.delete(ref(CONTAINER, 'web'), asked === undefined ? {} : { gracePeriodSeconds: asked });
    }
    const { metadata } = await client.get<Container>(ref(CONTAINER, 'web'));
    t.is(metadata.deletionGracePeriodSeconds, expected);
    t.is(metadata.generation, 2, 'asking again is no new wish');
  });
}

test('a second delete that asks for nothing new writes nothing', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  await client.create(container('web'));
  await client.delete(ref(CONTAINER, 'web'), { gracePeriodSeconds: 5 });
  const { metadata } = await client.get<Container>(ref(CONTAINER, 'web'));
  await client.delete(ref(CONTAINER, 'web'), { gracePeriodSeconds: 9 });
  t.is((await client.get<Container>(ref(CONTAINER, 'web'))).metadata.resourceVersion, metadata.resourceVersion);
});

test('other kinds have no time of grace, as custom resources everywhere', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  await client.create(widget('a', {}, { finalizers: ['test.dev/held'] }));
  await client.delete(ref(WIDGET, 'a'), { gracePeriodSeconds: 30 });
  t.is((await client.get(ref(WIDGET, 'a'))).metadata.deletionGracePeriodSeconds, 0);
});
