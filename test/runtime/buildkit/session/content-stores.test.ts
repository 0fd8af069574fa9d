import test from 'ava';
import { ContentCallError, type ContentMethod, type ContentProxy } from '../../../../runtime/ports/content.ts';
import { StatusError } from '../../../../runtime/buildkit/grpc/server.ts';
import { contentStores } from '../../../../runtime/buildkit/session/content-stores.ts';
import { memoryCall, type MemoryCall } from './memory-call.ts';

/** Says every message again, with the method before it; and what it was asked for. */
function echo(methods: readonly ContentMethod[], fail?: Error): ContentProxy {
  return {
    methods,
    async *call(method, requests) {
      for await (const request of requests) {
        if (fail !== undefined) throw fail;
        yield Buffer.from(`${method}:${Buffer.from(request).toString()}`);
      }
    },
  };
}

const stores = new Map([
  ['export', echo(['Info', 'Write'])],
  ['oci:imgs', echo(['Info', 'Read'])],
  ['broken', echo(['Info'], new ContentCallError(5, 'no such blob'))],
  ['lost', echo(['Info'], new Error('connection refused'))],
]);
const methods = contentStores(stores);

async function call(method: string, store: string | undefined): Promise<readonly string[]> {
  const memory: MemoryCall = memoryCall(store === undefined ? {} : { 'buildkit-attachable-store-id': [store] });
  memory.push(Buffer.from('one'), Buffer.from('two'));
  memory.end();
  await methods.get(`/containerd.services.content.v1.Content/${method}`)!(memory.call);
  const sent: string[] = [];
  while (sent.length < 2) sent.push(Buffer.from((await memory.sent.next()).value as Uint8Array).toString());
  return sent;
}

test('only what a store lets through is announced', (t) => {
  t.deepEqual(
    [...methods.keys()].map((path) => path.replace(/.*\//, '')),
    ['Info', 'Write', 'Read'],
  );
  t.is(contentStores(new Map()).size, 0);
});

test('messages pass as they are, to the store that is meant', async (t) => {
  t.deepEqual(await call('Write', 'export'), ['Write:one', 'Write:two']);
  t.deepEqual(await call('Read', 'oci:imgs'), ['Read:one', 'Read:two']);
});

for (const [method, store, code] of [
  ['Write', 'oci:imgs', 7],
  ['Read', 'export', 7],
  ['Info', 'other', 5],
  ['Info', undefined, 5],
  ['Info', 'broken', 5],
] as const) {
  test(`${method} of store ${store ?? 'nobody'} is answered with status ${code}`, async (t) => {
    t.is((await t.throwsAsync(call(method, store), { instanceOf: StatusError }))?.code, code);
  });
}

test('what goes wrong otherwise is no answer of the store', async (t) => {
  t.false((await t.throwsAsync(call('Info', 'lost'))) instanceof StatusError);
});
