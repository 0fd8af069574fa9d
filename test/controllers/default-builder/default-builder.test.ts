import test from 'ava';
import { BUILDER, BuilderWorld } from '../builder/world.ts';

const target = { ...BUILDER, name: 'default' };

test('there is a default builder, and there is one again when it was deleted', async (t) => {
  await using world = await BuilderWorld.open({ withDefault: true });
  const first = await world.ready('default', 'True BuilderIdle');
  t.is(first.metadata.labels?.['tsmoby.dev/default'], 'true');
  await world.user.delete(target);
  const again = await world.until('default', (_, { metadata }) => metadata.uid !== first.metadata.uid);
  t.is(again.metadata.deletionTimestamp, undefined);
});

test('what a person says of the default builder stays', async (t) => {
  await using world = await BuilderWorld.open({ withDefault: true });
  await world.ready('default', 'True BuilderIdle');
  await world.apply('default', { endpoint: 'unix:///own.sock' });
  const { metadata } = await world.ready('default', 'False BuilderUnavailable');
  await world.quiet();
  const kept = await world.until('default', () => true);
  t.is(kept.spec.endpoint, 'unix:///own.sock');
  t.is(kept.metadata.uid, metadata.uid);
});

test('without its controller there is none', async (t) => {
  await using world = await BuilderWorld.open();
  await world.quiet();
  t.is(await world.find(target), undefined);
});
