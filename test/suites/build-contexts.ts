import type { ExecutionContext } from 'ava';
import { RuntimeError } from '../../runtime/errors.ts';
import type { BuildContexts, ContextSource } from '../../runtime/ports/build-contexts.ts';
import { eventually } from '../support/eventually.ts';
import type { Test } from './registry.ts';

export interface BuildContextsHarness extends AsyncDisposable {
  readonly contexts: BuildContexts;
  /** Absolute path of a directory that is not there yet; the same for the same name. */
  readonly directory: (name: string) => string;
  /** Somebody saves a file, in a directory that is there afterwards. */
  readonly write: (directory: string, name: string, text: string) => Promise<void>;
  /** Somebody deletes a file, or the whole directory. */
  readonly delete: (directory: string, name?: string) => Promise<void>;
}

const inline = (files: Readonly<Record<string, string>>): ContextSource => ({
  type: 'inline',
  files: Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), executable: false })),
});

/** What all BuildContexts promise. */
export function buildContextsSuite(test: Test, name: string, create: () => Promise<BuildContextsHarness>): void {
  const check = (title: string, run: (t: ExecutionContext, harness: BuildContextsHarness) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      await using harness = await create();
      await run(t, harness);
    });
  };
  const failure = async (promise: Promise<unknown>): Promise<string | undefined> => {
    try {
      await promise;
      return undefined;
    } catch (error) {
      if (error instanceof RuntimeError) return `${error.code}/${error.reason}`;
      throw error;
    }
  };

  check('a directory is used where it is', async (t, { contexts, directory, write }) => {
    const path = directory('app');
    await write(path, 'Dockerfile', 'FROM scratch');
    t.deepEqual(await contexts.prepare('u1', { type: 'directory', path }), { path });
    t.deepEqual(await contexts.list(), []);
  });

  check('a directory that is not there is said to be missing', async (t, { contexts, directory }) => {
    const path = directory('none');
    t.is(await failure(contexts.prepare('u1', { type: 'directory', path })), 'NotFound/ContextNotFound');
    t.is(await failure(contexts.digest(path, {})), 'NotFound/ContextNotFound');
  });

  check('what the owner no longer names goes, and the rest stays', async (t, { contexts }) => {
    await contexts.prepare('u1', inline({ a: '1' }));
    const old = await contexts.prepare('u1/old', inline({ b: '2' }));
    const kept = await contexts.prepare('u1/kept', inline({ c: '3' }));
    await contexts.prepare('u2/old', inline({ d: '4' }));
    await contexts.keep('u1', ['u1', 'u1/kept', 'u1/never']);
    t.is(await failure(contexts.digest(old.path, {})), 'NotFound/ContextNotFound');
    t.like(await contexts.digest(kept.path, {}), { files: 1 });
    t.deepEqual((await contexts.list()).toSorted(), ['u1', 'u2']);
    await contexts.keep('u3', []);
  });

  check('files that stand in an object are brought here, under their owner', async (t, { contexts }) => {
    const { path } = await contexts.prepare('u1', inline({ Dockerfile: 'FROM a', 'src/x': '1' }));
    const named = await contexts.prepare('u1/files', inline({ y: '2' }));
    t.not(named.path, path);
    t.like(await contexts.digest(path, {}), { files: 2, bytes: 7 });
    t.is(Buffer.from((await contexts.readFile(path, 'src/x', 10))!).toString(), '1');
    t.is(await contexts.readFile(path, 'y', 10), undefined);
    t.deepEqual(await contexts.list(), ['u1']);
  });

  check('other files in an object take the place of those before', async (t, { contexts }) => {
    const before = await contexts.prepare('u1', inline({ a: '1', b: '2' }));
    const after = await contexts.prepare('u1', inline({ b: '3' }));
    t.is(after.path, before.path);
    t.like(await contexts.digest(after.path, {}), { files: 1, bytes: 1 });
  });

  check('what belongs to an owner goes with him, twice if need be', async (t, { contexts }) => {
    await contexts.prepare('u1', inline({ a: '1' }));
    await contexts.prepare('u1/files', inline({ a: '1' }));
    await contexts.prepare('u2', inline({ a: '1' }));
    await contexts.remove('u1');
    await contexts.remove('u1');
    t.deepEqual(await contexts.list(), ['u2']);
  });

  check('the same files have the same digest wherever they are, others another one', async (t, harness) => {
    const { contexts, directory, write } = harness;
    const digestOf = async (path: string): Promise<string> => (await contexts.digest(path, {})).digest;
    const [one, other] = [directory('one'), directory('other')];
    for (const path of [one, other]) {
      await write(path, 'Dockerfile', 'FROM scratch');
      await write(path, 'page', 'hello');
    }
    const first = await digestOf(one);
    t.regex(first, /^sha256:[0-9a-f]{64}$/);
    t.is(await digestOf(other), first);
    await write(other, 'page', 'hallo');
    t.not(await digestOf(other), first);
    await write(other, 'page', 'hello');
    t.is(await digestOf(other), first);
    await harness.delete(other, 'page');
    t.not(await digestOf(other), first);
  });

  check('whoever watches is told of files that are saved and deleted, until he goes', async (t, harness) => {
    const { contexts, directory, write } = harness;
    const path = directory('app');
    await write(path, 'page', '1');
    let calls = 0;
    const next = async (what: string, change: () => Promise<void>): Promise<void> => {
      const before = calls;
      await change();
      await eventually(`a call because ${what}`, () => calls > before);
    };
    const watching = contexts.watch(path, () => calls++);
    await next('a file was saved', () => write(path, 'page', '2'));
    await next('a file was added', () => write(path, 'more', '1'));
    await next('a file was deleted', () => harness.delete(path, 'more'));
    await next('the directory is gone', () => harness.delete(path));
    await next('it is back', () => write(path, 'page', '3'));
    watching[Symbol.dispose]();
    watching[Symbol.dispose]();
    t.pass();
  });

  check(
    'a directory has one name for its copies, and another has another',
    async (t, { contexts, directory, write }) => {
      const [one, other] = [directory('one'), directory('other')];
      for (const path of [one, other]) await write(path, 'a', '1');
      t.is(contexts.sharedKey(one), contexts.sharedKey(one));
      t.not(contexts.sharedKey(one), contexts.sharedKey(other));
    },
  );
}
