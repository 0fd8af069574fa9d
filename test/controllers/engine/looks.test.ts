import test from 'ava';
import { Looks } from '../../../controllers/engine/looks.ts';

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

test('what fails is asked no later than what does not', async (t) => {
  let now = 0;
  const looks = new Looks<string>({ now: () => now });
  const look = async () => {
    const state = looks.look('k', 'q', 5000, () => Promise.reject(new Error('no')));
    await settled();
    return state;
  };
  for (let failures = 0; failures < 20; failures += 1) {
    await look();
    now += 5000;
  }
  await look();
  t.like(
    looks.look('k', 'q', 5000, () => Promise.resolve('')),
    { type: 'failed', dueInMs: 5000 },
  );
  t.like(
    looks.look('k', 'q', 0, () => Promise.resolve('')),
    { type: 'failed', dueInMs: 300_000 },
  );
});

test('who ends a question waits until nobody works at it any more', async (t) => {
  const looks = new Looks<string>({ now: () => 0 });
  const { promise, resolve } = Promise.withResolvers<string>();
  let aborted = false;
  looks.look('default/app', 'q', 0, (signal) => {
    signal.addEventListener('abort', () => (aborted = true));
    return promise;
  });
  let ended = false;
  const ending = looks.cancel('default/app').then(() => (ended = true));
  await settled();
  t.true(aborted);
  t.false(ended);
  resolve('too late');
  await ending;
  t.false(looks.hasAsked('default/app'));
});

test('two questions of one object are never worked at side by side', async (t) => {
  const looks = new Looks<string>({ now: () => 0 });
  const first = Promise.withResolvers<string>();
  const asked: string[] = [];
  const ask = (question: string, answer: Promise<string>) =>
    looks.look('default/app', question, 0, () => {
      asked.push(question);
      return answer;
    });
  ask('one', first.promise);
  ask('two', Promise.resolve('b'));
  ask('three', Promise.resolve('c'));
  await settled();
  t.deepEqual(asked, ['one']);
  first.reject(new Error('aborted'));
  await settled();
  await settled();
  t.deepEqual(asked, ['one', 'three'], 'what nobody asks any more is not worked at');
  t.like(ask('three', Promise.resolve('d')), { type: 'known', value: 'c' });
});

test('peeking tells what is known and asks nobody', async (t) => {
  const looks = new Looks<number>({ now: () => 0 });
  t.is(looks.peek('a'), undefined);
  looks.look('a', 'q', 0, () => Promise.resolve(1));
  t.deepEqual(looks.peek('a'), { type: 'pending' });
  await settled();
  looks.doubt('a');
  t.like(looks.peek('a'), { type: 'known', value: 1 });
});
