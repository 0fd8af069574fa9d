/** Only what somebody allowed has signed is given out. */
import test, { type ExecutionContext } from 'ava';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitVerification, GitSource } from '../../../runtime/ports/sync-sources.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import { runGit } from '../../support/git/run-git.ts';
import type { TestRepository } from '../../support/git/repository.ts';
import { failsWith, git, inWork } from './git-world.ts';
import { gpgSigner, has, sign, sshSigner, type Signer } from './signers.ts';
import { createSourcesWorld, type SourcesWorld } from './world.ts';

const kinds = { gpg: gpgSigner, ssh: sshSigner } as const;
type Kind = keyof typeof kinds;

const allowing = (kind: Kind, keys: readonly string[], what: 'commit' | 'tag' = 'commit'): CommitVerification => ({
  what,
  gpgKeys: kind === 'gpg' ? keys.map((key) => Buffer.from(key)) : [],
  sshKeys: kind === 'ssh' ? keys : [],
});

interface Scene {
  readonly t: ExecutionContext;
  readonly world: SourcesWorld;
  readonly repository: TestRepository;
  readonly jo: Signer;
  readonly eve: Signer;
  readonly source: (verify: CommitVerification, ref?: GitSource['ref']) => GitSource;
}

function check(title: string, kind: Kind, run: (scene: Scene) => Promise<void>): void {
  const program = kind === 'gpg' ? 'gpg' : 'git';
  if (!has(program)) {
    test.skip(`${kind}: ${title} (skipped: ${program} is not installed)`, () => undefined);
    return;
  }
  test(`${kind}: ${title}`, async (t) => {
    await using world = await createSourcesWorld();
    await using jo = await kinds[kind](world.root, 'jo');
    await using eve = await kinds[kind](world.root, 'eve');
    const repository = await world.bare('app');
    await repository.commit({ a: '1' });
    const source: Scene['source'] = (verify, ref = { type: 'default' }) => git(repository.path, { verify, ref });
    await run({ t, world, repository, jo, eve, source });
    const place = join(world.dataDirectory, 'sync-sources/u1');
    t.false(existsSync(place) && readdirSync(place).includes('verifying'), 'keys are left');
  });
}

for (const kind of ['gpg', 'ssh'] as const) {
  check('a commit that is not signed, or by somebody else, is refused and says by whom', kind, async (scene) => {
    const { t, world, repository, jo, eve, source } = scene;
    const verify = allowing(kind, [jo.publicKey]);
    const unsigned = await failsWith(t, world.sources.fetch('u1', source(verify)), 'Corrupt', 'SignatureInvalid');
    t.regex(unsigned, /commit [0-9a-f]{40} is not signed$/);
    await sign(repository, eve);
    const stranger = await failsWith(t, world.sources.fetch('u1', source(verify)), 'Corrupt', 'SignatureInvalid');
    t.regex(stranger, /is signed by the (key [0-9A-F]{16}|ED25519 key SHA256:\S+), which is none of those allowed$/);
    await sign(repository, jo);
    const fetched = await world.sources.fetch('u1', source(verify));
    t.regex(fetched.signer ?? '', /jo@example\.com>? \((SHA256:|[0-9A-F]{40})/);
    t.is(await world.read(fetched.path, 'a'), '1');
    t.deepEqual(await world.sources.fetch('u1', source(verify)), fetched);
    // The same commit, when somebody else has to have signed.
    await failsWith(
      t,
      world.sources.fetch('u1', source(allowing(kind, [eve.publicKey]))),
      'Corrupt',
      'SignatureInvalid',
    );
    const both = await world.sources.fetch('u1', source(allowing(kind, [eve.publicKey, jo.publicKey])));
    t.is(both.signer, fetched.signer);
  });

  check('a signed tag counts, also of a commit that is not, and only under its own name', kind, async (scene) => {
    const { t, world, repository, jo, eve, source } = scene;
    const verify = allowing(kind, [jo.publicKey], 'tag');
    const v1 = { type: 'semver', range: '1.x' } as const;
    await repository.tag('v1.0.0');
    const plain = await failsWith(t, world.sources.fetch('u1', source(verify, v1)), 'Corrupt', 'SignatureInvalid');
    t.regex(plain, /tag v1\.0\.0 is not signed/);
    await sign(repository, eve, 'v1.1.0');
    await failsWith(t, world.sources.fetch('u1', source(verify, v1)), 'Corrupt', 'SignatureInvalid');
    await sign(repository, jo, 'v1.2.0');
    const fetched = await world.sources.fetch('u1', source(verify, v1));
    t.regex(fetched.signer ?? '', /jo@example\.com/);
    t.regex(fetched.revision ?? '', /^v1\.2\.0@sha1:/);
    const object = await inWork(repository, 'rev-parse', 'v1.2.0');
    await runGit(['-C', repository.path, 'update-ref', 'refs/tags/v1.9.0', object]);
    const renamed = await failsWith(t, world.sources.fetch('u1', source(verify, v1)), 'Corrupt', 'SignatureInvalid');
    t.regex(renamed, /tag v1\.9\.0 was made as tag v1\.2\.0/);
    await inWork(repository, 'tag', 'v1.10.0');
    await inWork(repository, 'push', '-q', repository.path, 'v1.10.0');
    await failsWith(t, world.sources.fetch('u1', source(verify, v1)), 'Corrupt', 'SignatureInvalid');
    await failsWith(t, world.sources.fetch('u1', source(verify)), 'InvalidArgument');
  });

  check('what is changed after it was signed is refused', kind, async ({ t, world, repository, jo, source }) => {
    await sign(repository, jo);
    const verified = source(allowing(kind, [jo.publicKey]));
    const { path: good } = await world.sources.fetch('u1', verified);
    const copy = join(world.dataDirectory, 'sync-sources/u1/copy/repository/HEAD');
    const { birthtimeMs } = statSync(copy);
    const text = await inWork(repository, 'cat-file', 'commit', 'HEAD');
    const path = join(world.root, 'forged');
    await world.write(world.root, 'forged', `${text.replace('A Tester', 'A Teste!')}\n`);
    const forged = await inWork(repository, 'hash-object', '-t', 'commit', '-w', path);
    await inWork(repository, 'push', '-q', '--force', repository.path, `${forged}:refs/heads/main`);
    await failsWith(t, world.sources.fetch('u1', verified), 'Corrupt', 'SignatureInvalid');
    t.is(await world.read(good, 'a'), '1');
    t.is(statSync(copy).birthtimeMs, birthtimeMs, 'a copy that is not to blame was made again');
  });
}

test('keys that are none are refused, as is nobody at all', async (t) => {
  await using world = await createSourcesWorld();
  await using jo = await sshSigner(world.root, 'jo');
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  await sign(repository, jo);
  const fetch = (verify: CommitVerification): Promise<unknown> =>
    world.sources.fetch('u1', git(repository.path, { verify }));
  await failsWith(t, fetch({ what: 'commit', gpgKeys: [], sshKeys: [] }), 'InvalidArgument');
  await failsWith(t, fetch(allowing('ssh', ['-----BEGIN OPENSSH PRIVATE KEY-----'])), 'InvalidArgument');
  await failsWith(t, fetch(allowing('gpg', ['no key'])), 'Corrupt', 'SignatureInvalid');
});

const withGpg = has('gpg') ? test : test.skip;

withGpg(
  `a machine without gpg says what to install${has('gpg') ? '' : ' (skipped: gpg, whose keys sign, is not installed)'}`,
  async (t) => {
    const scratch = await createSourcesWorld();
    await using _scratch = scratch;
    const host = createHost({ runDirectory: scratch.directory('run') });
    const missing = await host.runPlugin('/nowhere/gpg', { environment: {} }).catch((error: unknown) => error);
    const run: typeof host.run = (program, ...rest) =>
      program === 'gpg' ? Promise.reject(missing) : host.run(program, ...rest);
    await using world = await createSourcesWorld({ host: { ...host, run } });
    await using jo = await gpgSigner(world.root, 'jo');
    const repository = await world.bare('app');
    await repository.commit({ a: '1' });
    await sign(repository, jo);
    const source = git(repository.path, { verify: allowing('gpg', [jo.publicKey]) });
    t.regex(await failsWith(t, world.sources.fetch('u1', source), 'Unsupported'), /install the package gnupg/);
  },
);
