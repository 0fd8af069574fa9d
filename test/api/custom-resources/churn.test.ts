import test from 'ava';
import { openMemoryStore } from '../../../api/store/memory.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';
import { change, crd, CRDS, establish, gone, nameOf, object, pathOf, version } from './world.ts';

const CART = crd('Cart');
const PREFIX = '/registry/shop.example.com/carts/';

test('no create slips in while a definition goes: nothing is left in the store', async (t) => {
  await using store = await openMemoryStore();
  await using server = await RawServer.open({ store });
  for (let round = 0; round < 8; round++) {
    await establish(server, CART);
    const codes: number[] = [];
    const state = { going: false };
    const writer = async (who: number): Promise<void> => {
      for (let index = 0; !state.going || index < 3; index++) {
        const name = `w${who}-${index}`;
        codes.push((await server.request('POST', pathOf('Cart'), { body: object('Cart', name) })).status);
      }
    };
    const writers = [1, 2, 3, 4].map(writer);
    await server.request('GET', pathOf('Cart'));
    const deleted = server.request('DELETE', `${CRDS}/${nameOf(CART)}`).finally(() => (state.going = true));
    await deleted;
    await gone(server, `${CRDS}/${nameOf(CART)}`);
    await Promise.all(writers);
    t.deepEqual((await store.list(PREFIX)).entries.length, 0, `round ${round}`);
    t.true(
      codes.every((code) => code === 201 || code === 403 || code === 404 || code === 503),
      [...new Set(codes)].join(),
    );
    t.true(codes.includes(201));
  }
});

test('a definition that changes under load refuses nothing, and loses nothing', async (t) => {
  await using server = await RawServer.open();
  const versions = (round: number): readonly JsonObject[] => [
    version({ spec: { n: { type: 'integer' }, [`f${round}`]: { type: 'string', default: 'x' } } }),
    version({ name: 'v2', storage: false, spec: { n: { type: 'integer' } } }),
  ];
  const cart = crd('Cart', versions(0));
  await establish(server, cart);
  await server.request('POST', pathOf('Cart'), { body: object('Cart', 'counter', { spec: { n: 0 } }) });
  const state = { done: false };
  const changing = (async () => {
    for (let round = 1; round <= 12; round++) {
      t.is((await change(server, cart, { spec: { versions: versions(round) } })).status, 200);
    }
    state.done = true;
  })();
  const count = async (at: string): Promise<number> => {
    let times = 0;
    while (!state.done || times < 5) {
      const path = `${pathOf('Cart', at)}/counter`;
      const { json } = await server.request('GET', path);
      const { n } = json['spec'] as { readonly n: number };
      const { status } = await server.request('PUT', path, { body: { ...json, spec: { n: n + 1 } } });
      if (status === 200) times++;
      else t.is(status, 409);
    }
    return times;
  };
  const [, ...times] = await Promise.all([changing, count('v1'), count('v2'), count('v1')]);
  const { json } = await server.request('GET', `${pathOf('Cart')}/counter`);
  t.deepEqual(json['spec'], { n: times.reduce((a, b) => a + b), f12: 'x' });
});

test('watchers over changes of the schema see every object once and in order when they resume', async (t) => {
  await using server = await RawServer.open();
  const cart = crd('Cart');
  await establish(server, cart);
  const seen: string[] = [];
  let resourceVersion = '0';
  const until = (name: string): Promise<void> =>
    (async () => {
      while (seen.at(-1) !== name) {
        const query = `watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=1`;
        const { text } = await server.request('GET', `${pathOf('Cart')}?${query}`);
        for (const line of text.split('\n').filter((one) => one !== '')) {
          const { object: one } = JSON.parse(line) as {
            readonly object: { readonly metadata: Record<string, string> };
          };
          seen.push(one.metadata['name'] ?? '');
          resourceVersion = one.metadata['resourceVersion'] ?? '';
        }
      }
    })();
  const names = Array.from({ length: 60 }, (_, index) => `o${String(index).padStart(3, '0')}`);
  const watching = until(names.at(-1) ?? '');
  for (const [index, name] of names.entries()) {
    await server.request('POST', pathOf('Cart'), { body: object('Cart', name) });
    if (index % 10 !== 0) continue;
    await change(server, cart, { spec: { versions: [version({ spec: { [`f${index}`]: { type: 'string' } } })] } });
  }
  await watching;
  t.deepEqual(seen, names);
});
