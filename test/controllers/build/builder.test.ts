import test from 'ava';
import { ApiError } from '../../../client/client.ts';
import { endpointForRunning } from '../../../controllers/build/builder.ts';
import type { RuntimeError } from '../../../runtime/errors.ts';
import type { Build, Builder } from '../../../schemas/gen/types.ts';
import { ManualTime } from '../../support/manual-time.ts';

const build = { metadata: { name: 'app' }, spec: { builderName: 'own' } } as unknown as Build;
type Said = readonly [status: string, reason: string, endpoint?: string];

/** A builder of which the API server says one thing after the other, and what a Build that runs makes of it. */
function asking(said: readonly Said[]): {
  work: ReturnType<typeof endpointForRunning>;
  time: ManualTime;
  asked: () => number;
} {
  const time = new ManualTime();
  let asked = 0;
  const client = {
    get: ({ name }: { readonly name: string }) => {
      const now = said[asked++];
      if (now === undefined)
        return Promise.reject(new ApiError({ reason: 'NotFound', message: 'no', code: 404 } as never));
      const [status, reason, endpoint] = now;
      const conditions = [{ type: 'Ready', status, reason, message: 'so it is' }];
      return Promise.resolve({ metadata: { name }, spec: {}, status: { conditions, endpoint } } as unknown as Builder);
    },
  } as unknown as Parameters<typeof endpointForRunning>[1]['client'];
  const reader = { get: () => undefined } as unknown as Parameters<typeof endpointForRunning>[1]['reader'];
  return {
    work: endpointForRunning(build, { client, reader }, time, new AbortController().signal),
    time,
    asked: () => asked,
  };
}

test('a Build that runs is told where its builder is at this moment', async (t) => {
  t.deepEqual(await asking([['True', 'BuilderFound', 'unix:///b.sock']]).work, { type: 'unix', path: '/b.sock' });
});

test('a Build whose builder was stopped just before waits until it is there again', async (t) => {
  const { work, time, asked } = asking([
    ['True', 'BuilderIdle'],
    ['False', 'BuilderStarting'],
    ['True', 'BuilderFound', 'unix:///again.sock'],
  ]);
  await time.pass(1000);
  t.deepEqual(await work, { type: 'unix', path: '/again.sock' });
  t.is(asked(), 3);
});

test('a builder that is away, or gone, is not waited for', async (t) => {
  const away = await t.throwsAsync<RuntimeError>(asking([['False', 'BuilderUnavailable']]).work);
  t.like(away, {
    code: 'Unavailable',
    reason: 'BuilderUnavailable',
    message: 'Builder own: BuilderUnavailable: so it is',
  });
  t.like(await t.throwsAsync<RuntimeError>(asking([]).work), {
    code: 'Unavailable',
    message: 'Builder own: it is not there',
  });
});
