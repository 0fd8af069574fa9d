import test from 'ava';
import type { Image } from '../../../schemas/gen/types.ts';
import { APP, container, ContainerWorld, CONTAINER, IMAGE, isReady, ref } from '../../support/container-world.ts';
import { gone, planOf, planText, wouldBe } from '../../support/plans.ts';

const image = (spec: Image['spec']) => ({ ...IMAGE, metadata: { name: 'app', namespace: 'default' }, spec });

async function open() {
  const world = await ContainerWorld.open();
  await world.user.create(image({ reference: 'app:1' }));
  await world.image('app', isReady);
  return world;
}

test('an Image that is not there is pulled; one that is there is left alone', async (t) => {
  await using world = await ContainerWorld.open();
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [image({ reference: 'app:1' })]))), [
    `Changed Image app Pull: ${APP} is pulled, because it is not in the store`,
    `  Pull ${APP}: it is not in the store`,
  ]);
  await world.user.create(image({ reference: 'app:1' }));
  await world.image('app', isReady);
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [image({ reference: 'app:1' })]))), [
    `Changed Image app None: ${APP} is in the store`,
  ]);
});

test('an Image of another reference is pulled, an archive loaded, and both say why', async (t) => {
  await using world = await open();
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [image({ reference: 'app:2' })]))), [
    'Changed Image app Pull: docker.io/library/app:2 is pulled, because spec.reference changed',
    '  Pull docker.io/library/app:2: spec.reference changed',
  ]);
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [image({ archive: { path: '/a.tar' } })]))), [
    'Changed Image app Load: /a.tar is loaded, because spec.archive changed',
    '  Load /a.tar: spec.archive changed',
  ]);
});

test('what may not be pulled, or has no credentials, is waited for', async (t) => {
  await using world = await ContainerWorld.open();
  const [never] = await planOf(world, await wouldBe(world, [image({ reference: 'app:9', pullPolicy: 'Never' })]));
  t.is(
    never?.message,
    'waits: ErrImageNeverPull: docker.io/library/app:9 is not in the store, and pullPolicy is Never',
  );
  const secret = { reference: 'app:9', imagePullSecrets: [{ name: 'login' }] };
  const [blind] = await planOf(world, await wouldBe(world, [image(secret)]));
  t.like(blind, { action: 'Wait', message: 'waits: SecretNotFound: imagePullSecret default/login is not there' });
});

test('an Image that is deleted goes, and one that was made for a Container goes with it', async (t) => {
  await using world = await open();
  const [deleted] = await planOf(world, gone(ref(IMAGE, 'app')));
  t.like(deleted, { because: 'Deleted', action: 'Delete' });
  await world.user.delete(ref(IMAGE, 'app'));
  await world.user.create(container('web'));
  await world.running('web');
  const [, implicit] = await planOf(world, gone(ref(CONTAINER, 'web')));
  t.like(implicit, {
    because: 'Affected',
    action: 'Delete',
    message: 'removed from the store, because no Container needs it any more; content that others hold stays',
  });
});

test('an Image whose runtime is away cannot be told of', async (t) => {
  await using world = await open();
  world.controls.setUnavailable(true);
  const [unknown] = await planOf(world, await wouldBe(world, [image({ reference: 'app:2' })]));
  t.is(unknown?.action, 'Unknown');
  t.regex(unknown?.message ?? '', /^cannot be told: /);
});
