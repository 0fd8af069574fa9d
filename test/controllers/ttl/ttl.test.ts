import test from 'ava';
import type { Client } from '../../../client/client.ts';
import { expiryOf, TTL_ANNOTATION, TTL_SECONDS_ANNOTATION } from '../../../controllers/ttl/expiry.ts';
import { createTtlController } from '../../../controllers/ttl/index.ts';
import type { Event } from '../../../schemas/gen/types.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { ENGINE_CLIENTS } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { thing } from '../../support/objects.ts';
import { runManager } from '../../support/run-manager.ts';
import { widget, WIDGET, widgetRef } from '../../support/widget.ts';

const forSeconds = (seconds: string) => ({ annotations: { [TTL_SECONDS_ANNOTATION]: seconds } });
const forDuration = (duration: string) => ({ annotations: { [TTL_ANNOTATION]: duration } });

const names = async (client: Client): Promise<string> =>
  (await client.list(WIDGET)).items
    .map(({ metadata }) => metadata.name)
    .sort()
    .join();

test('the time runs from the creation; what is no whole number of seconds never expires', (t) => {
  const created = Date.parse('2026-01-01T00:00:00Z');
  const at = (text: string) => expiryOf(thing('a', 1, forSeconds(text)));
  t.deepEqual(expiryOf(thing('a', 1)), { type: 'never' });
  t.deepEqual(at('0'), { type: 'at', time: created });
  t.deepEqual(at('90'), { type: 'at', time: created + 90_000 });
  for (const bad of ['', '-1', '1.5', '1e3', '1h', ' 5', '99999999999', '9'.repeat(400)])
    t.is(at(bad).type, 'invalid', bad);
});

test('a duration counts as well, and before seconds', (t) => {
  const created = Date.parse('2026-01-01T00:00:00Z');
  const at = (text: string) => expiryOf(thing('a', 1, forDuration(text)));
  t.deepEqual(at('0'), { type: 'at', time: created });
  t.deepEqual(at('1h30m'), { type: 'at', time: created + 5_400_000 });
  const both = { annotations: { ...forSeconds('1').annotations, ...forDuration('30m').annotations } };
  t.deepEqual(expiryOf(thing('a', 1, both)), { type: 'at', time: created + 1_800_000 });
  for (const bad of ['', '-1m', '30', 'soon', '1d']) t.is(at(bad).type, 'invalid', bad);
});

for (const [name, openClient] of Object.entries(ENGINE_CLIENTS)) {
  test(`${name}: an object with a time to live goes when it is over, others stay`, async (t) => {
    await using world = await openApiWorld();
    const user = world.plainClient('someone');
    await user.create(widget('old', {}, forSeconds('0')));
    await user.create(widget('young', {}, forSeconds('3600')));
    await user.create(widget('plain'));
    await using _running = await runManager(await openClient(world), {
      runnables: [createTtlController({ kinds: world.kinds })],
    });
    await eventually('old is gone', async () => (await names(user)) === 'plain,young');
    await user.create(widget('late', {}, forDuration('0s')));
    await eventually('late is gone', async () => (await names(user)) === 'plain,young');
    await user.patch(widgetRef('plain'), { metadata: forSeconds('0') }, { type: 'merge' });
    await eventually('plain is gone', async () => (await names(user)) === 'young');
    t.pass();
  });
}

async function standStill(): Promise<{ readonly world: ApiWorld; readonly time: ManualTime; readonly user: Client }> {
  const time = new ManualTime();
  const world = await openApiWorld({ clock: time });
  return { world, time, user: world.plainClient('someone') };
}

test('an object goes at its second and not before, on one timer', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await using running = await runManager(world.client(), {
    runnables: [createTtlController({ kinds: world.kinds })],
    clock: time,
    timers: time,
  });
  for (const seconds of ['60', '120', '8640000']) await user.create(widget(`w${seconds}`, {}, forSeconds(seconds)));
  await time.pass(59_999);
  t.is(await names(user), 'w120,w60,w8640000');
  t.is(time.timers, 1);
  await time.pass(1);
  await eventually('the first is gone', async () => (await names(user)) === 'w120,w8640000');
  await time.pass(60_000);
  await eventually('the second is gone', async () => (await names(user)) === 'w8640000');
  t.is(running.client.writes.length, 2);
});

test('taking the annotation off keeps the object', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await using running = await runManager(world.client(), {
    runnables: [createTtlController({ kinds: world.kinds })],
    clock: time,
    timers: time,
  });
  await user.create(widget('a', {}, forSeconds('60')));
  await time.pass(1000);
  await user.patch(widgetRef('a'), { metadata: { annotations: null } }, { type: 'merge' });
  await time.pass(120_000);
  t.is(await names(user), 'a');
  t.deepEqual(running.client.writes, []);
});

test('a time that cannot be read is told by an Event, and nothing expires', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient('someone');
  await using _running = await runManager(world.client(), { runnables: [createTtlController({ kinds: world.kinds })] });
  await user.create(widget('a', {}, forSeconds('one hour')));
  const event = await eventually(
    'an Event',
    async () => (await user.list<Event>({ apiVersion: 'v1', kind: 'Event' })).items[0],
  );
  t.like(event, { type: 'Warning', reason: 'InvalidSpec', involvedObject: { name: 'a' } });
  t.is(await names(user), 'a');
});
