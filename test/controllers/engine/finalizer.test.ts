import test from 'ava';
import { addFinalizer, removeFinalizer } from '../../../controllers/engine/finalizer.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { widget, WIDGET, widgetRef } from '../../support/widget.ts';

const never = new AbortController().signal;

test('adding to an object that has changed since is a conflict, and harms no other finalizer', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const old = await client.create(widget('a'));
  await addFinalizer(client, old, 'one.dev/x', never);
  await t.throwsAsync(addFinalizer(client, old, 'two.dev/y', never), { name: 'ApiError' });
  t.deepEqual((await client.get(widgetRef('a'))).metadata.finalizers, ['one.dev/x']);
});

test('removing works on whatever the object has become meanwhile', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const old = await client.create(widget('a', {}, { finalizers: ['one.dev/x'] }));
  await client.patch(widgetRef('a'), { metadata: { finalizers: ['one.dev/x', 'two.dev/y'] } }, { type: 'merge' });
  const left = await removeFinalizer(client, old, 'one.dev/x', never);
  t.deepEqual(left?.metadata.finalizers, ['two.dev/y']);
});

test('another object of the same name keeps its finalizer', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const old = await client.create(widget('a', {}, { finalizers: ['one.dev/x'] }));
  await client.delete(widgetRef('a'));
  await client.patch(widgetRef('a'), { metadata: { finalizers: null } }, { type: 'merge' });
  await client.create(widget('a', {}, { finalizers: ['one.dev/x'] }));
  t.is(await removeFinalizer(client, old, 'one.dev/x', never), undefined);
  t.deepEqual((await client.get(widgetRef('a'))).metadata.finalizers, ['one.dev/x']);
});

test('removing from an object that is gone is done already', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const old = await client.create(widget('a', {}, { finalizers: ['one.dev/x'] }));
  await client.patch(widgetRef('a'), { metadata: { finalizers: null } }, { type: 'merge' });
  await client.delete(widgetRef('a'));
  t.is(await removeFinalizer(client, old, 'one.dev/x', never), undefined);
  t.deepEqual((await client.list(WIDGET)).items, []);
});
