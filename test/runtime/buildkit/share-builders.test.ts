import test from 'ava';
import { shareBuilders } from '../../../runtime/buildkit/share-builders.ts';
import type { Builder, BuilderEndpoint, Builders } from '../../../runtime/ports/builders.ts';

/** Builders whose every call lasts until it is cancelled. */
function openCounting() {
  const open: BuilderEndpoint[] = [];
  const cancelled: string[] = [];
  const lasting =
    (name: string) =>
    (...args: readonly unknown[]): Promise<never> => {
      const signal = args.at(-1) as AbortSignal;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          cancelled.push(name);
          reject(new Error(`${name} was cancelled`));
        });
      });
    };
  const builders: Builders = {
    open(endpoint): Builder {
      open.push(endpoint);
      return {
        facts: lasting('facts'),
        usage: lasting('usage'),
        prune: lasting('prune'),
        build: lasting('build'),
        [Symbol.dispose]: () => void open.splice(open.indexOf(endpoint), 1),
      };
    },
  };
  return { builders: shareBuilders(builders), open, cancelled };
}

test('who opens the same endpoint shares one connection, which lasts until the last one lets go', (t) => {
  const { builders, open } = openCounting();
  const first = builders.open({ type: 'unix', path: '/a' });
  const second = builders.open({ path: '/a', type: 'unix' });
  const other = builders.open({ type: 'docker', path: '/a' });
  t.is(open.length, 2);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  t.is(open.length, 2);
  second[Symbol.dispose]();
  t.deepEqual(open, [{ type: 'docker', path: '/a' }]);
  other[Symbol.dispose]();
  t.deepEqual(open, []);
  using _again = builders.open({ type: 'unix', path: '/a' });
  t.is(open.length, 1);
});

test('other certificates are another endpoint', (t) => {
  const { builders, open } = openCounting();
  const tcp = { type: 'tcp', host: 'h', port: 1 } as const;
  using _plain = builders.open(tcp);
  using _one = builders.open({ ...tcp, tls: { ca: 'a' } });
  using _two = builders.open({ ...tcp, tls: { ca: 'b' } });
  using _same = builders.open({ ...tcp, tls: { ca: 'b' } });
  t.is(open.length, 3);
});

test('letting go cancels what was asked through it, and nothing of the others', async (t) => {
  const { builders, cancelled } = openCounting();
  const mine = builders.open({ type: 'unix', path: '/a' });
  const theirs = builders.open({ type: 'unix', path: '/a' });
  const facts = mine.facts(new AbortController().signal);
  const stop = new AbortController();
  const usage = theirs.usage(stop.signal);
  mine[Symbol.dispose]();
  await t.throwsAsync(facts, { message: 'facts was cancelled' });
  t.deepEqual(cancelled, ['facts']);
  stop.abort();
  await t.throwsAsync(usage, { message: 'usage was cancelled' });
  theirs[Symbol.dispose]();
});
