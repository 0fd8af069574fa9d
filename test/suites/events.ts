/** What every RuntimeEvents port must do. Run by the real containerd adapter and by the fake. */
import type { ExecutionContext, TestFn } from 'ava';
import type { RuntimeEvent, RuntimeEvents } from '../../runtime/ports/events.ts';
import { eventually } from '../support/eventually.ts';

export interface EventsHarness extends AsyncDisposable {
  readonly events: RuntimeEvents;
  /** Makes something happen to an instance, and answers its id. */
  readonly changeInstance: () => Promise<string>;
  /** Makes something happen to an image record, and answers its name. */
  readonly changeImage: () => Promise<string>;
  /** The runtime goes away, as by kill -9. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export function eventsSuite(test: TestFn, name: string, factory: () => Promise<EventsHarness>): void {
  const row = (title: string, body: (t: ExecutionContext, harness: EventsHarness) => Promise<void>): void => {
    test(`events, ${name}: ${title}`, async (t) => {
      await using harness = await factory();
      await body(t, harness);
    });
  };

  row('a listener hears of the connection first, however late it comes', async (t, { events }) => {
    const seen: RuntimeEvent[] = [];
    using _one = events.subscribe((event) => seen.push(event));
    await eventually('the first hears', () => seen.length > 0);
    t.deepEqual(seen, [{ type: 'connected' }]);
    t.true(events.connected);
    const late: RuntimeEvent[] = [];
    using _two = events.subscribe((event) => late.push(event));
    t.deepEqual(late, [], 'never synchronously');
    await eventually('the second hears', () => late.length > 0);
    t.deepEqual(late, [{ type: 'connected' }]);
    t.is(seen.length, 1, 'the first is not told twice');
  });

  row('what happens after connected is told to every listener', async (t, { events, changeInstance, changeImage }) => {
    const one = await connected(events);
    using _one = one.subscription;
    const two = await connected(events);
    using _two = two.subscription;
    const id = await changeInstance();
    const image = await changeImage();
    for (const { seen } of [one, two]) {
      await eventually('the instance is told', () =>
        seen.some((event) => event.type === 'instance' && event.id === id),
      );
      await eventually('the image is told', () => seen.some((event) => event.type === 'image' && event.name === image));
    }
    t.pass();
  });

  row('a listener that was disposed hears nothing more', async (t, { events, changeInstance }) => {
    const { seen, subscription } = await connected(events);
    const other = await connected(events);
    using _other = other.subscription;
    subscription[Symbol.dispose]();
    const before = seen.length;
    await changeInstance();
    await eventually('the other hears', () => other.seen.some(({ type }) => type === 'instance'));
    t.is(seen.length, before);
  });

  row('a listener that throws costs the others nothing', async (t, { events, changeInstance }) => {
    using _bad = events.subscribe(({ type }) => {
      if (type === 'instance') throw new Error('listener');
    });
    const { seen, subscription } = await connected(events);
    using _good = subscription;
    await changeInstance();
    await eventually('the good one hears', () => seen.some(({ type }) => type === 'instance'));
    t.pass();
  });

  row('a runtime that goes away and comes back is told, and events go on', async (t, harness) => {
    const { events } = harness;
    const { seen, subscription } = await connected(events);
    using _it = subscription;
    await harness.stop();
    await eventually('disconnected is told', () => seen.some(({ type }) => type === 'disconnected'));
    t.false(events.connected);
    await harness.start();
    await eventually('connected is told again', () => seen.at(-1)?.type === 'connected');
    t.true(events.connected);
    const id = await harness.changeInstance();
    await eventually('events go on', () => seen.some((event) => event.type === 'instance' && event.id === id));
  });
}

async function connected(events: RuntimeEvents): Promise<{ seen: RuntimeEvent[]; subscription: Disposable }> {
  const seen: RuntimeEvent[] = [];
  const subscription = events.subscribe((event) => seen.push(event));
  await eventually('the listener hears of the connection', () => seen.some(({ type }) => type === 'connected'));
  return { seen, subscription };
}
