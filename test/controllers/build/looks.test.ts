import test from 'ava';
import { Looks } from '../../../controllers/build/looks.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what failed is asked again with growing waits; what failed for good only when somebody doubts it', async (t) => {
  let now = 0;
  let asked = 0;
  for (const isFinal of [false, true]) {
    const looks = new Looks<string>({ now: () => now }, () => isFinal);
    const look = async () => {
      const state = looks.look('k', 'q', 60_000, () => (asked++, Promise.reject(new Error('no'))));
      await settled();
      return state;
    };
    await look();
    t.like(await look(), { type: 'failed', dueInMs: isFinal ? 300_000 : 1000 });
    now += 3_600_000;
    await look();
    t.is(asked, isFinal ? 1 : 2);
    looks.doubt('k');
    await look();
    t.is(asked, isFinal ? 2 : 3);
    asked = 0;
  }
});
