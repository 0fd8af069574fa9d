import test from 'ava';
import { networkRepairs } from '../../../controllers/container/network-source.ts';
import type { Reader } from '../../../controllers/engine/contract.ts';
import type { Informers } from '../../../controllers/engine/informers.ts';
import { createFakeRuntime, type FakeRuntime } from '../../../runtime/fake/create.ts';
import { createManualTime, type ManualTime } from '../../runtime/fake/manual-time.ts';
import { bridge } from '../../suites/networks.ts';

const OWNER = '00000000-0000-4000-8000-000000000001';

interface World extends Disposable {
  readonly time: ManualTime;
  readonly runtime: FakeRuntime;
  readonly woken: string[];
}

/** One Container, of OWNER, with a sandbox in a network. */
async function open(): Promise<World> {
  const time = createManualTime();
  const runtime = createFakeRuntime({ clock: time, timers: time });
  const { networks, sandboxes, events } = runtime;
  await networks.ensure(bridge(1));
  const attachments = [{ network: bridge(1).uid }];
  await sandboxes.ensure({ id: `${OWNER}.2`, ownerUid: OWNER, mode: 'cni', hostname: 'web', attachments });
  const reader = {
    get: () => undefined,
    list: (_kind: unknown, query?: { readonly index?: { readonly name: string; readonly value: string } }) =>
      query?.index?.name === 'uid' && query.index.value === OWNER
        ? [{ metadata: { namespace: 'default', name: 'web' } }]
        : [],
  } as unknown as Reader;
  const woken: string[] = [];
  const source = networkRepairs({ networks, events, timers: time });
  const running = source.start((key) => woken.push(key), reader, {} as Informers);
  await time.advance(0);
  return { time, runtime, woken, [Symbol.dispose]: () => running[Symbol.dispose]() };
}

test('a bridge that is lost wakes the containers on it within a minute, and nobody else', async (t) => {
  using world = await open();
  const { time, runtime, woken } = world;
  await time.advance(60_000);
  t.deepEqual(woken, []);
  runtime.controls.loseBridge(bridge(1).uid);
  await time.advance(60_000);
  t.deepEqual(woken, ['default/web']);
});

test('it is looked at when the runtime comes, once a minute, also after a look failed, and never after the end', async (t) => {
  using world = await open();
  const { time, runtime } = world;
  const looks = (): number => runtime.controls.calls.get('networks.repair') ?? 0;
  t.is(looks(), 1);
  runtime.controls.setUnavailable(true);
  runtime.controls.setUnavailable(false);
  await time.advance(0);
  t.is(looks(), 2);
  runtime.controls.failNext('networks.repair', new Error('no'));
  await time.advance(180_000);
  t.is(looks(), 5);
  world[Symbol.dispose]();
  await time.advance(180_000);
  t.is(looks(), 5);
});
