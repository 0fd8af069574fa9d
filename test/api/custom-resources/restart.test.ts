import test from 'ava';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { openMemoryStore } from '../../../api/store/memory.ts';
import { sealValue } from '../../../api/store/envelope.ts';
import type { Store } from '../../../api/store/store.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { makeFolder } from '../../support/interruption.ts';
import { RawServer } from '../../support/raw-http.ts';
import {
  crd,
  CRDS,
  definitionOf,
  conditionOf,
  establish,
  gone,
  MERGE,
  nameOf,
  object,
  pathOf,
  version,
} from './world.ts';

const CART = crd('Cart', [version({ spec: { size: { type: 'integer', default: 3 } } })]);

/** The state that one run leaves on disk, seen by the next. */
async function overRestart(
  before: (server: RawServer) => Promise<void>,
  after: (server: RawServer) => Promise<void>,
): Promise<void> {
  const directory = await makeFolder(join(tmpdir(), 'tsm-crd-'));
  try {
    for (const run of [before, after]) {
      await using store: Store = await openSqliteStore(join(directory, 's.db'));
      await using server = await RawServer.open({ store });
      await run(server);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('kinds and objects are there with the first request after a restart, which writes nothing', async (t) => {
  let before: unknown;
  await overRestart(
    async (server) => {
      before = (await establish(server, CART)).metadata;
      await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a', { spec: {} }) });
    },
    async (server) => {
      t.like((await server.request('GET', `${pathOf('Cart')}/a`)).json, { spec: { size: 3 } });
      const again = await server.request('POST', pathOf('Cart'), { body: object('Cart', 'b', { spec: {} }) });
      t.is(again.status, 201);
      t.deepEqual((await definitionOf(server, nameOf(CART))).metadata, before);
    },
  );
});

test('a deletion that was cut short goes on', async (t) => {
  await overRestart(
    async (server) => {
      await establish(server, CART);
      const held = { ...object('Cart', 'a'), metadata: { name: 'a', finalizers: ['shop.example.com/hold'] } };
      await server.request('POST', pathOf('Cart'), { body: held });
      await server.request('DELETE', `${CRDS}/${nameOf(CART)}`);
    },
    async (server) => {
      t.is((await server.request('POST', pathOf('Cart'), { body: object('Cart', 'b') })).status, 403);
      await server.request('PATCH', `${pathOf('Cart')}/a`, {
        headers: MERGE,
        body: { metadata: { finalizers: null } },
      });
      t.true(await gone(server, `${CRDS}/${nameOf(CART)}`));
    },
  );
});

test('a stored definition that makes no sense stops neither the server nor other kinds', async (t) => {
  await using store = await openMemoryStore();
  const odd: readonly JsonObject[] = [
    {},
    { spec: null },
    {
      spec: {
        group: 'odd.example.com',
        names: { plural: 'odds', kind: 'Odd' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'string', pattern: '(' } } } },
          },
        ],
      },
    },
    { spec: { group: 7, names: [], versions: 'x' }, status: { conditions: [{ type: 'Established', status: 'True' }] } },
  ];
  for (const [index, fields] of odd.entries()) {
    const name = `odds${index}.odd.example.com`;
    const stored = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name, uid: `u${index}`, creationTimestamp: '2026-01-01T00:00:00Z' },
      status: { conditions: [{ type: 'Established', status: 'True' }] },
      ...fields,
    };
    await store.create(
      `/registry/apiextensions.k8s.io/customresourcedefinitions/${name}`,
      sealValue(JSON.stringify(stored), 'json'),
    );
  }
  await store.create(
    '/registry/apiextensions.k8s.io/customresourcedefinitions/broken.odd.example.com',
    Buffer.from('{'),
  );
  await using server = await RawServer.open({ store });
  await establish(server, CART);
  t.is((await server.request('POST', pathOf('Cart'), { body: object('Cart', 'a') })).status, 201);
  t.is((await server.request('GET', '/openapi/v3')).status, 200);
  t.is((await server.request('GET', '/apis')).status, 200);
});

test('many definitions come quickly, and start quickly', async (t) => {
  const kinds = Array.from({ length: 200 }, (_, index) => `Kind${index}`);
  let started = 0;
  await overRestart(
    async (server) => {
      const begin = performance.now();
      await Promise.all(kinds.map((kind) => establish(server, crd(kind))));
      t.log(`200 definitions established in ${Math.round(performance.now() - begin)} ms`);
      started = performance.now();
    },
    async (server) => {
      t.log(`started again in ${Math.round(performance.now() - started)} ms`);
      const answers = await Promise.all(kinds.map((kind) => server.request('GET', pathOf(kind))));
      t.true(answers.every(({ status }) => status === 200));
      const definition = await definitionOf(server, nameOf(crd('Kind7')));
      t.is(conditionOf(definition, 'Established')?.status, 'True');
    },
  );
});
