import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createFakeSyncSources } from '../../../runtime/fake/sync-sources/create.ts';
import type { GitSource } from '../../../runtime/ports/sync-sources.ts';
import { syncSourcesSuite } from '../../suites/sync-sources.ts';

syncSourcesSuite(test, 'fake', async () => {
  const fake = createFakeSyncSources();
  return {
    sources: fake,
    directory: (name) => `/machine/${name}`,
    write: (directory, name, text) => fake.write(directory, name, text),
    delete: (directory, name) => fake.delete(directory, name),
    async read(path, name) {
      const bytes = await fake.files.read(`${path}/${name}`);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString();
    },
    async repository(name) {
      const url = `/machine/${name}.git`;
      return {
        url,
        commit: async (files, branch = 'main') => fake.commit(url, files, { branch }),
        tag: async (tag) => fake.tag(url, tag),
      };
    },
    async push(name, tag, files) {
      fake.push(`registry.example/${name}:${tag}`, files);
      return `registry.example/${name}:${tag}`;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
});

const url = '/machine/app.git';
const source: GitSource = { type: 'git', url, ref: { type: 'default' }, submodules: false };
const signer = { name: 'jo@example.com', key: 'ssh-ed25519 AAAA' };
const verify = { what: 'commit', gpgKeys: [], sshKeys: [signer.key] } as const;

test('a test can have whatever is asked of a place fail until it says otherwise', async (t) => {
  const fake = createFakeSyncSources();
  fake.commit(url, { a: '1' });
  fake.fail(url, new RuntimeError('Unavailable', 'no route', { reason: 'SourceUnreachable' }));
  t.like(await t.throwsAsync(fake.fetch('u1', source)), { reason: 'SourceUnreachable' });
  t.like(await t.throwsAsync(fake.revision(source)), { reason: 'SourceUnreachable' });
  fake.fail(url);
  t.truthy(await fake.fetch('u1', source));
  t.is(fake.gate.calls.get('sources.fetch'), 2);
});

test('only what somebody allowed has signed is given out, with who that is', async (t) => {
  const fake = createFakeSyncSources();
  fake.commit(url, { a: '1' });
  t.like(await t.throwsAsync(fake.fetch('u1', { ...source, verify })), { code: 'Corrupt', reason: 'SignatureInvalid' });
  fake.commit(url, { a: '1' }, { signer: { ...signer, key: 'another' } });
  const error = await t.throwsAsync(fake.fetch('u1', { ...source, verify }));
  t.regex(error.message, /is signed by jo@example\.com/);
  fake.commit(url, { a: '1' }, { signer });
  t.is((await fake.fetch('u1', { ...source, verify })).signer, 'jo@example.com');
});
