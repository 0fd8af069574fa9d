import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { HashThreads, type HashThread } from '../../../../runtime/buildkit/contexts/content/hash-thread.ts';
import { KnownFiles } from '../../../../runtime/buildkit/contexts/content/known-content.ts';
import { Look } from '../../../../runtime/buildkit/contexts/content/look.ts';
import { readEntry } from '../../../../runtime/files/entry.ts';
import { makeTree } from '../../files/tree.ts';

for (const [title, bytes, inThread] of [
  ['a few files are hashed at once', 64 * 1024, []],
  ['one that has become large since it was seen is left to the thread', 8 * 1024 * 1024, ['a', 'b']],
] as const) {
  test(title, async (t) => {
    await using tree = await makeTree({ a: 'x', b: 'y' });
    const entries = ['a', 'b'].map((name) => readEntry(tree.path, name)!);
    appendFileSync(join(tree.path, 'a'), Buffer.alloc(bytes));
    using real = new HashThreads().take();
    const asked: string[] = [];
    const thread: HashThread = {
      hash: (paths, ...more) => (asked.push(...paths), real.hash(paths, ...more)),
      [Symbol.dispose]: () => undefined,
    };
    const options = { root: tree.path, known: new KnownFiles(), limit: 10, clock: Date, few: 2, signal: undefined };
    const look = new Look({ ...options, thread });
    await look.add(entries);
    await look.settle();
    t.like(look.end(), { files: 2, bytes: bytes + 2 });
    t.deepEqual(
      asked,
      inThread.map((name) => join(tree.path, name)),
    );
  });
}
