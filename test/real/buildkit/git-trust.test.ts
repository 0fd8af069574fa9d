/** Repositories as contexts: who gets in, whom we believe, and what a repository may not do here. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContextsWorld } from '../../runtime/buildkit/contexts/world.ts';
import { GIT_CREDENTIALS } from '../../support/git-servers.ts';
import { everythingWritten, failsWith, read, source, testWithGitServers } from './git-contexts-world.ts';

const test = testWithGitServers();

test('a password may stand in the URL, and is repeated nowhere', async (t) => {
  const { git } = t.context;
  const repository = await git.create('in-url');
  await repository.commit({ a: '1' });
  await using world = await createContextsWorld();
  const { username, password } = GIT_CREDENTIALS;
  const url = git.urls(repository).secured.replace('//', `//${username}:${password}@`);
  const { path } = await world.contexts.prepare('u1', source(url));
  t.is(read(path, 'a'), '1');
  t.false(everythingWritten(world).includes(password));
  const wrong = await failsWith(
    t,
    world.contexts.prepare('u2', source(url.replace(password, 'wr0ng-word'))),
    'Unauthorized',
  );
  t.notRegex(wrong, /wr0ng-word/);
});

test('without credentials, or with wrong ones, nobody gets in', async (t) => {
  const { git } = t.context;
  const repository = await git.create('closed');
  await repository.commit({ a: '1' });
  const { secured, ssh } = git.urls(repository);
  await using world = await createContextsWorld();
  for (const how of [
    source(secured),
    source(secured, { credentials: { type: 'basic', username: 'reader', password: 'no' } }),
    source(ssh),
    source(ssh, {
      credentials: {
        type: 'ssh',
        privateKey: git.ssh.privateKey,
        knownHosts: git.ssh.knownHosts.replace('AAAAC3', 'AAAAC4'),
      },
    }),
    source(ssh, {
      credentials: { type: 'ssh', privateKey: 'no key', knownHosts: git.ssh.knownHosts },
    }),
  ]) {
    await failsWith(t, world.contexts.prepare('u1', how), 'Unauthorized');
    await failsWith(t, world.contexts.revision(how), 'Unauthorized');
  }
});

test('a host that nobody said anything about is taken once, and must be the same ever after', async (t) => {
  const { git } = t.context;
  const repository = await git.create('first-use');
  await repository.commit({ a: '1' });
  await using world = await createContextsWorld();
  const how = source(git.urls(repository).ssh, { credentials: { type: 'ssh', privateKey: git.ssh.privateKey } });
  await world.contexts.prepare('u1', how);
  const seen = join(world.dataDirectory, 'build-contexts/u1/context/git/home/seen_hosts');
  const [hosts = ''] = read(seen, '.').split('\n').slice(0, 0).concat(readFileSync(seen, 'utf8'));
  writeFileSync(seen, hosts.replace(/ssh-ed25519 (.{40})./, 'ssh-ed25519 $1A'));
  await failsWith(t, world.contexts.prepare('u1', how), 'Unauthorized');
});

test('subdirectories are the context, and never lead out', async (t) => {
  const { git } = t.context;
  const repository = await git.create('inside');
  await repository.commit({ 'app/web/page': 'x', file: 'y' });
  await using world = await createContextsWorld();
  const url = git.urls(repository).file;
  const { path } = await world.contexts.prepare('u1', source(url, { subdirectory: 'app/web' }));
  t.is(read(path, 'page'), 'x');
  t.true(path.endsWith('/tree/app/web'));
  await failsWith(t, world.contexts.prepare('u1', source(url, { subdirectory: '../..' })), 'InvalidArgument');
  await failsWith(
    t,
    world.contexts.prepare('u1', source(url, { subdirectory: 'none' })),
    'NotFound',
    'ContextNotFound',
  );
  await failsWith(
    t,
    world.contexts.prepare('u1', source(url, { subdirectory: 'file' })),
    'NotFound',
    'ContextNotFound',
  );
});

test('a repository from elsewhere does not reach into this machine by a submodule', async (t) => {
  const { git } = t.context;
  const repository = await git.create('reaching');
  const local = await git.create('local');
  const commit = await local.commit({ secret: 'x' });
  await repository.commit({ parts: { submodule: local, commit } });
  await repository.commit({ '.gitmodules': `[submodule "parts"]\n\tpath = parts\n\turl = ${local.path}\n` });
  await using world = await createContextsWorld();
  const urls = git.urls(repository);
  await failsWith(t, world.contexts.prepare('u1', source(urls.http)), 'InvalidArgument');
  const without = await world.contexts.prepare('u1', source(urls.http, { submodules: false }));
  t.deepEqual(readdirSync(join(without.path, 'parts')), []);
  const near = await world.contexts.prepare('u1', source(urls.file));
  t.is(read(near.path, 'parts/secret'), 'x');
});

test('nothing that a repository brings along runs here', async (t) => {
  const { git } = t.context;
  const repository = await git.create('hostile');
  await using world = await createContextsWorld();
  const mark = join(world.root, 'ran');
  await repository.commit({
    '.gitattributes': '* filter=evil\n',
    '.gitconfig': `[filter "evil"]\n\tsmudge = touch ${mark}\n[core]\n\tfsmonitor = touch ${mark}\n`,
    '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::touch ${mark}\n\tupdate = !touch ${mark}\n`,
    a: '1',
  });
  await world.contexts.prepare('u1', source(git.urls(repository).http));
  await failsWith(t, world.contexts.prepare('u1', source(`ext::touch ${mark}`)), 'InvalidArgument');
  await failsWith(
    t,
    world.contexts.prepare('u1', source('/x', { ref: `--upload-pack=touch ${mark}` })),
    'InvalidArgument',
  );
  t.false(existsSync(mark));
});
