/** Watches of a place whose cache does not do what it should. */
import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallContext } from '../../../api/registry/resource.ts';
import type { KindReads } from '../../../api/registry/kind-store.ts';
import { createReader } from '../../../api/registry/object-reader.ts';
import { parseWatchQuery } from '../../../api/handlers/options.ts';
import type { CacheWatch } from '../../../api/watch-cache/cache-watch.ts';
import { WatchCacheError } from '../../../api/watch-cache/errors.ts';
import { widgetKind } from '../../support/widget.ts';

/** A watch as the cache opens it: late, and with `read`. */
async function watching(read: () => Promise<never>, openAfterMs = 0) {
  const watch = { read, end: () => undefined, finish: () => undefined } as unknown as CacheWatch;
  const cache = {
    revision: 7,
    reached: async () => undefined,
    watch: async () => {
      await sleep(openAfterMs);
      return watch;
    },
  };
  const kind = { definition: widgetKind, schema: undefined, cache } as unknown as KindReads;
  const context = { attributes: { namespace: 'default' }, signal: new AbortController().signal } as CallContext;
  return createReader(kind).watch(context, parseWatchQuery({ timeoutSeconds: '100000' }, widgetKind));
}

const never = (): Promise<never> => new Promise(() => undefined);
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test.serial('a watch that nobody wants any more when it opens leaves no timer', async (t) => {
  const before = timers();
  const stream = await watching(never, 20);
  await stream[Symbol.asyncDispose]();
  t.is(timers(), before);
});

test('a fault is told to whoever reads, and not taken for an end', async (t) => {
  const stream = await watching(() => Promise.reject(new TypeError('a bug')));
  await t.throwsAsync(stream.read(), { instanceOf: TypeError });
  t.deepEqual(await stream.read(), []);
});

test('what the cache says is an end, or a reason to list again', async (t) => {
  const slow = await watching(() => Promise.reject(new WatchCacheError('TooSlow', 'slow')));
  t.deepEqual(await slow.read(), []);
  const late = await watching(() => Promise.reject(new WatchCacheError('Expired', 'long ago')));
  t.like(await late.read(), [{ type: 'ERROR', status: { code: 410 } }]);
});
