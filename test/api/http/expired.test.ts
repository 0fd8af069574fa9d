/** What has fallen out of the history is said in three ways: to who pages, to who asks for a version, and to who watches. */
import test from 'ava';
import { openMemoryStore } from '../../../api/store/memory.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';

const IN_DEFAULT = '/api/v1/namespaces/default/configmaps';

interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** Four objects, the token of a first page of one, and a history that begins behind it. */
async function forgetful() {
  const stack = new AsyncDisposableStack();
  const store = stack.use(await openMemoryStore());
  const server = stack.use(await RawServer.open({ store }));
  const create = (name: string) => server.request('POST', IN_DEFAULT, { body: { metadata: { name } } });
  for (const name of ['a', 'b', 'c', 'd']) await create(name);
  const first = (await server.request('GET', `${IN_DEFAULT}?limit=1`)).json as unknown as Page;
  await server.request('DELETE', `${IN_DEFAULT}/c`);
  await create('e');
  await store.compact(store.currentRevision());
  const { resourceVersion, continue: token = '' } = first.metadata;
  return { server, resourceVersion, token, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('a page past the history is 410 with a fresh token, that goes on at the newest state', async (t) => {
  await using at = await forgetful();
  const refused = await at.server.request('GET', `${IN_DEFAULT}?limit=1&continue=${at.token}`);
  t.is(refused.status, 410);
  t.like(refused.json, { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 });
  t.regex(
    refused.json['message'] as string,
    /^The provided continue parameter is too old to display a consistent list/,
  );
  let token: string | undefined = (refused.json['metadata'] as { continue?: string }).continue;
  const names: string[] = [];
  while (token !== undefined) {
    const page = (await at.server.request('GET', `${IN_DEFAULT}?limit=1&continue=${token}`)).json as unknown as Page;
    names.push(...page.items.map(({ metadata }) => metadata.name));
    token = page.metadata.continue;
  }
  t.deepEqual(names, ['b', 'd', 'e'], 'what was made or deleted since shows');
});

test('a list of exactly a forgotten version is 410', async (t) => {
  await using at = await forgetful();
  const query = `resourceVersion=${at.resourceVersion}&resourceVersionMatch=Exact`;
  const { status, json } = await at.server.request('GET', `${IN_DEFAULT}?${query}`);
  t.is(status, 410);
  t.like(json, { reason: 'Expired', code: 410, message: 'The resourceVersion for the provided list is too old.' });
  const later = await at.server.request('GET', `${IN_DEFAULT}?resourceVersion=${at.resourceVersion}`);
  t.is(later.status, 200, 'not older than that is the newest');
});

test('a server that has just begun tells a watch from a forgotten version so in one line, and ends it', async (t) => {
  await using store = await openMemoryStore();
  for (let n = 0; n < 5; n++) await store.create(`/registry/other/${String(n)}`, new Uint8Array([1]));
  await store.compact(4);
  await using server = await RawServer.open({ store });
  const answer = await server.request('GET', `${IN_DEFAULT}?watch=true&resourceVersion=2`);
  t.is(answer.status, 200);
  const lines = answer.text.trimEnd().split('\n');
  t.is(lines.length, 1);
  const { type, object } = JSON.parse(lines[0] ?? '') as { readonly type: string; readonly object: JsonObject };
  t.is(type, 'ERROR');
  t.deepEqual(object, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'too old resource version: 2 (4)',
    reason: 'Expired',
    code: 410,
  });
});
