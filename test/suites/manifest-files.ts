import type { ExecutionContext } from 'ava';
import { RuntimeError } from '../../runtime/errors.ts';
import type { ManifestFiles } from '../../runtime/ports/manifest-files.ts';
import type { Test } from './registry.ts';

export interface ManifestFilesHarness extends AsyncDisposable {
  readonly manifests: ManifestFiles;
  /** Absolute path of a directory that is not there yet; the same for the same name. */
  readonly directory: (name: string) => string;
  /** Somebody saves a file, in a directory that is there afterwards. */
  readonly write: (directory: string, path: string, text: string) => Promise<void>;
  /** Somebody deletes a file, or the whole directory. */
  readonly delete: (directory: string, path?: string) => Promise<void>;
}

/** What all ManifestFiles promise. */
export function manifestFilesSuite(test: Test, name: string, create: () => Promise<ManifestFilesHarness>): void {
  const check = (title: string, run: (t: ExecutionContext, harness: ManifestFilesHarness) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      await using harness = await create();
      await run(t, harness);
    });
  };

  check('manifests are read in order of path, and nothing else is', async (t, { manifests, directory, write }) => {
    const root = directory('apps');
    for (const path of ['b.yaml', 'a/z.yml', 'a.json', 'README.md', '.hidden.yaml', '.git/x.yaml', 'Z.yaml']) {
      await write(root, path, `text: ${path}\n`);
    }
    const { files, problems } = await manifests.read(root, {});
    t.deepEqual(problems, []);
    t.deepEqual(
      files.map(({ path, directory: base, bytes }) => [path, base, Buffer.from(bytes).toString()]),
      [
        ['Z.yaml', root, 'text: Z.yaml\n'],
        ['a.json', root, 'text: a.json\n'],
        ['a/z.yml', `${root}/a`, 'text: a/z.yml\n'],
        ['b.yaml', root, 'text: b.yaml\n'],
      ],
    );
    t.true(files.every(({ digest }) => /^sha256:[0-9a-f]{64}$/.test(digest)));
  });

  check('a file that did not change stays the very same one', async (t, { manifests, directory, write }) => {
    const root = directory('apps');
    await write(root, 'a.yaml', 'a: 1\n');
    await write(root, 'b.yaml', 'b: 1\n');
    const first = await manifests.read(root, {});
    await write(root, 'b.yaml', 'b: 2\n');
    const second = await manifests.read(root, {});
    t.is(second.files[0], first.files[0]);
    t.not(second.files[1], first.files[1]);
    t.not(second.digest, first.digest);
    t.is((await manifests.read(root, {})).digest, second.digest);
    await write(root, 'b.yaml', 'b: 1\n');
    t.is((await manifests.read(root, {})).digest, first.digest);
  });

  check('a new name is another digest', async (t, { manifests, directory, write, delete: remove }) => {
    const root = directory('apps');
    await write(root, 'a.yaml', 'a: 1\n');
    const { digest } = await manifests.read(root, {});
    await remove(root, 'a.yaml');
    await write(root, 'b.yaml', 'a: 1\n');
    t.not((await manifests.read(root, {})).digest, digest);
  });

  check('a part of a directory keeps the names of the whole', async (t, { manifests, directory, write }) => {
    const root = directory('apps');
    await write(root, 'a.yaml', 'a: 1\n');
    await write(root, 'web/one/b.yaml', 'b: 1\n');
    const { files } = await manifests.read(root, { subdirectory: 'web' });
    t.deepEqual(
      files.map(({ path, directory: base }) => [path, base]),
      [['web/one/b.yaml', `${root}/web/one`]],
    );
  });

  check('what is not there is said to be missing', async (t, { manifests, directory, write, delete: remove }) => {
    const root = directory('apps');
    const missing = { instanceOf: RuntimeError, code: 'NotFound' };
    t.is((await t.throwsAsync(manifests.read(root, {}), missing))?.reason, 'SourceNotFound');
    await write(root, 'a.yaml', 'a: 1\n');
    const error = await t.throwsAsync(manifests.read(root, { subdirectory: 'web' }), missing);
    t.true(error?.message.includes(`${root}/web`));
    await remove(root);
    t.is((await t.throwsAsync(manifests.read(root, {}), missing))?.reason, 'SourceNotFound');
  });

  check('nobody waits for what was called off', async (t, { manifests, directory, write }) => {
    const root = directory('apps');
    await write(root, 'a.yaml', 'a: 1\n');
    const reading = manifests.read(root, {}, AbortSignal.abort());
    await t.throwsAsync(reading, { instanceOf: RuntimeError, code: 'Cancelled' });
  });
}
