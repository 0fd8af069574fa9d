import type { ExecutionContext } from 'ava';
import { isRuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import type { GitSource, SyncSource, SyncSources } from '../../runtime/ports/sync-sources.ts';
import { eventually } from '../support/eventually.ts';
import type { Test } from './registry.ts';

export interface SyncSourcesHarness extends AsyncDisposable {
  readonly sources: SyncSources;
  /** Absolute path of a directory that is not there yet; the same for the same name. */
  readonly directory: (name: string) => string;
  /** Somebody saves a file, in a directory that is there afterwards. */
  readonly write: (directory: string, name: string, text: string) => Promise<void>;
  /** Somebody deletes a file, or the whole directory. */
  readonly delete: (directory: string, name?: string) => Promise<void>;
  /** A file of what was fetched; undefined when it is not there. */
  readonly read: (path: string, name: string) => Promise<string | undefined>;
  /** A new repository on this machine, with `main` as its default branch. */
  readonly repository: (name: string) => Promise<SuiteRepository>;
  /** Pushes an artifact of these files; answers its reference. */
  readonly push: (name: string, tag: string, files: Readonly<Record<string, string>>) => Promise<string>;
}

export interface SuiteRepository {
  readonly url: string;
  /** A commit that has these files. Resolves with its id. */
  commit(files: Readonly<Record<string, string>>, branch?: string): Promise<string>;
  /** The newest commit of main. */
  tag(name: string): Promise<void>;
}

const git = (url: string, more: Partial<GitSource> = {}): GitSource => ({
  type: 'git',
  url,
  ref: { type: 'default' },
  submodules: false,
  ...more,
});
const oci = (reference: string, semver?: string): SyncSource => ({
  type: 'oci',
  reference,
  insecure: true,
  ...(semver === undefined ? {} : { semver }),
});

/** What all SyncSources promise. */
export function syncSourcesSuite(test: Test, name: string, create: () => Promise<SyncSourcesHarness>): void {
  const check = (title: string, run: (t: ExecutionContext, harness: SyncSourcesHarness) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      await using harness = await create();
      await run(t, harness);
    });
  };
  const failsWith = async (
    t: ExecutionContext,
    work: Promise<unknown>,
    code: RuntimeErrorCode,
    reason?: string,
  ): Promise<void> => {
    const error = await t.throwsAsync(work);
    t.true(isRuntimeError(error, code), error.message);
    if (reason !== undefined) t.is(isRuntimeError(error) ? error.reason : '', reason);
  };

  check('a directory is used where it is, and has no revision', async (t, { sources, directory, write }) => {
    const path = directory('infra');
    await write(path, 'app.yaml', 'a: 1');
    t.deepEqual(await sources.fetch('u1', { type: 'directory', path }), { path });
    t.is(await sources.revision({ type: 'directory', path }), undefined);
    t.deepEqual(await sources.list(), []);
  });

  check('a directory that is not there is said to be missing', async (t, { sources, directory }) => {
    const source = { type: 'directory', path: directory('none') } as const;
    await failsWith(t, sources.fetch('u1', source), 'NotFound', 'SourceNotFound');
  });

  check('a repository is brought here at the branch that its HEAD names', async (t, harness) => {
    const { sources, read } = harness;
    const repository = await harness.repository('app');
    const commit = await repository.commit({ 'app.yaml': 'a: 1', 'more/b.yaml': 'b: 1' });
    const source = git(repository.url);
    const fetched = await sources.fetch('u1', source);
    t.like(fetched, { revision: `main@sha1:${commit}`, commit });
    t.is(await read(fetched.path, 'more/b.yaml'), 'b: 1');
    t.is(await sources.revision(source), fetched.revision);
    t.deepEqual(await sources.list(), ['u1']);
  });

  check('what was given out does not change, and a new commit has a directory of its own', async (t, harness) => {
    const { sources, read } = harness;
    const repository = await harness.repository('app');
    await repository.commit({ 'app.yaml': 'a: 1' });
    const source = git(repository.url);
    const before = await sources.fetch('u1', source);
    t.is((await sources.fetch('u1', source)).path, before.path);
    const commit = await repository.commit({ 'app.yaml': 'a: 2' });
    t.is(await read(before.path, 'app.yaml'), 'a: 1');
    t.is(await sources.revision(source), `main@sha1:${commit}`);
    const after = await sources.fetch('u1', source);
    t.is(after.commit, commit);
    t.is(await read(after.path, 'app.yaml'), 'a: 2');
    t.is(await read(before.path, 'app.yaml'), 'a: 1');
  });

  check('branches, tags, ranges of versions and commits are refs, each with its name', async (t, harness) => {
    const { sources, read } = harness;
    const repository = await harness.repository('app');
    const first = await repository.commit({ 'app.yaml': 'a: 1' });
    await repository.tag('v1.2.0');
    await repository.tag('v1.10.0-rc.1');
    const second = await repository.commit({ 'app.yaml': 'a: 2' }, 'next');
    for (const [ref, revision, text] of [
      [{ type: 'branch', name: 'main' }, `main@sha1:${first}`, 'a: 1'],
      [{ type: 'branch', name: 'next' }, `next@sha1:${second}`, 'a: 2'],
      [{ type: 'tag', name: 'v1.2.0' }, `v1.2.0@sha1:${first}`, 'a: 1'],
      [{ type: 'semver', range: '1.x' }, `v1.2.0@sha1:${first}`, 'a: 1'],
      [{ type: 'commit', name: second }, `sha1:${second}`, 'a: 2'],
    ] as const) {
      const fetched = await sources.fetch('u1', git(repository.url, { ref }));
      t.is(fetched.revision, revision);
      t.is(await read(fetched.path, 'app.yaml'), text);
      t.is(await sources.revision(git(repository.url, { ref })), revision);
    }
  });

  check('what the repository does not have is told, and what was fetched stays', async (t, harness) => {
    const { sources, read } = harness;
    const repository = await harness.repository('app');
    await repository.commit({ 'app.yaml': 'a: 1' });
    const { path } = await sources.fetch('u1', git(repository.url));
    for (const ref of [
      { type: 'branch', name: 'none' },
      { type: 'tag', name: 'none' },
      { type: 'semver', range: '>=3' },
      { type: 'commit', name: '0123456789'.repeat(4) },
    ] as const) {
      await failsWith(t, sources.fetch('u1', git(repository.url, { ref })), 'NotFound', 'RefNotFound');
    }
    await failsWith(t, sources.fetch('u1', git(`${repository.url}-none`)), 'NotFound', 'SourceNotFound');
    t.is(await read(path, 'app.yaml'), 'a: 1');
  });

  check('an artifact is brought here by tag and by range', async (t, harness) => {
    const { sources, read } = harness;
    const reference = await harness.push('team/app', '1.2.0', { 'app.yaml': 'a: 1' });
    await harness.push('team/app', '1.10.0', { 'app.yaml': 'a: 2', 'more/b.yaml': 'b' });
    const first = await sources.fetch('u1', oci(reference));
    t.regex(first.revision ?? '', /^1\.2\.0@sha256:[0-9a-f]{64}$/);
    t.is(await read(first.path, 'app.yaml'), 'a: 1');
    const second = await sources.fetch('u1', oci(reference.replace(/:[^:/]*$/, ''), '1.x'));
    t.regex(second.revision ?? '', /^1\.10\.0@sha256:[0-9a-f]{64}$/);
    t.is(await sources.revision(oci(reference, '1.x')), second.revision);
    t.is(await read(second.path, 'more/b.yaml'), 'b');
    t.is(await read(first.path, 'app.yaml'), 'a: 1');
    await failsWith(t, sources.fetch('u1', oci(reference, '2.x')), 'NotFound', 'RefNotFound');
    await failsWith(t, sources.fetch('u1', oci(`${reference}-none`)), 'NotFound', 'RefNotFound');
  });

  check('what was brought here goes with its owner, twice if need be', async (t, harness) => {
    const { sources, read } = harness;
    const repository = await harness.repository('app');
    await repository.commit({ 'app.yaml': 'a: 1' });
    const { path } = await sources.fetch('u1', git(repository.url));
    await sources.fetch('u2', git(repository.url));
    await sources.remove('u1');
    await sources.remove('u1');
    t.deepEqual(await sources.list(), ['u2']);
    t.is(await read(path, 'app.yaml'), undefined);
    t.is(await read((await sources.fetch('u1', git(repository.url))).path, 'app.yaml'), 'a: 1');
  });

  check('another type of source leaves nothing of the former', async (t, harness) => {
    const { sources, directory } = harness;
    const repository = await harness.repository('app');
    await repository.commit({ 'app.yaml': 'a: 1' });
    await sources.fetch('u1', git(repository.url));
    const path = directory('infra');
    await harness.write(path, 'app.yaml', 'a: 1');
    await sources.fetch('u1', { type: 'directory', path });
    t.deepEqual(await sources.list(), []);
  });

  check('whoever has given up is told so', async (t, { sources, directory, write }) => {
    const path = directory('infra');
    await write(path, 'app.yaml', 'a: 1');
    await failsWith(t, sources.fetch('u1', { type: 'directory', path }, AbortSignal.abort()), 'Cancelled');
  });

  check('whoever watches a directory is told of what is saved and deleted, until he goes', async (t, harness) => {
    const { sources, directory, write } = harness;
    const path = directory('infra');
    await write(path, 'app.yaml', '1');
    let calls = 0;
    const next = async (what: string, change: () => Promise<unknown>): Promise<void> => {
      const before = calls;
      await change();
      await eventually(`a call because ${what}`, () => calls > before);
    };
    const watching = sources.watch({ type: 'directory', path }, () => calls++);
    await next('a file was saved', () => write(path, 'app.yaml', '2'));
    await next('a file was added', () => write(path, 'more/b.yaml', '1'));
    await next('a file was deleted', () => harness.delete(path, 'more/b.yaml'));
    await next('the directory is gone', () => harness.delete(path));
    await next('it is back', () => write(path, 'app.yaml', '3'));
    watching[Symbol.dispose]();
    watching[Symbol.dispose]();
    t.pass();
  });

  check('whoever watches a repository on this machine is told of commits and tags', async (t, harness) => {
    const repository = await harness.repository('app');
    await repository.commit({ 'app.yaml': 'a: 1' });
    let calls = 0;
    const next = async (what: string, change: () => Promise<unknown>): Promise<void> => {
      const before = calls;
      await change();
      await eventually(`a call because ${what}`, () => calls > before);
    };
    using _watching = harness.sources.watch(git(repository.url), () => calls++);
    await next('somebody committed', () => repository.commit({ 'app.yaml': 'a: 2' }));
    await next('a branch is new', () => repository.commit({ 'app.yaml': 'a: 3' }, 'next'));
    await next('a tag is new', () => repository.tag('v1.0.0'));
    t.pass();
  });
}
