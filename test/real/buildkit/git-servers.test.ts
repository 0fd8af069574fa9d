import test from 'ava';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processesOf } from '../../support/daemon/leaks.ts';
import { GIT_CREDENTIALS, startGitServers, type GitServers } from '../../support/git-servers.ts';
import { runGit } from '../../support/git/run-git.ts';
import { makeFolder } from '../../support/interruption.ts';

/** What git needs to be told for all the ways. */
async function environmentFor({ ssh }: GitServers, folder: string): Promise<Readonly<Record<string, string>>> {
  const hosts = join(folder, 'known_hosts');
  await writeFile(hosts, ssh.knownHosts);
  const options = `-F none -o UserKnownHostsFile=${hosts} -o IdentitiesOnly=yes -i ${ssh.privateKeyPath}`;
  return { GIT_SSH_COMMAND: `ssh ${options}`, GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'file:http:ssh' };
}

test('a repository with a submodule is cloned by file, http with and without a password, and ssh', async (t) => {
  const folder = await makeFolder('/tmp/tsm-gc-');
  const git = await startGitServers();
  const served = dirname((await git.create('empty')).path);
  try {
    const inner = await git.create('inner');
    const [outer, part] = [await git.create('outer'), await inner.commit({ 'part.txt': 'a part' })];
    const first = await outer.commit({ Dockerfile: 'FROM scratch\n', 'sub/dir/a.txt': 'a' });
    const second = await outer.commit({ 'sub/dir/a.txt': undefined, parts: { submodule: inner, commit: part } });
    const other = await outer.commit({ 'b.txt': 'b' }, 'other');
    await outer.tag('v1', first);
    t.is(new Set([first, second, other]).size, 3);
    const env = await environmentFor(git, folder);
    const urls = git.urls(outer);
    const { username, password } = GIT_CREDENTIALS;
    const known = urls.secured.replace('//', `//${username}:${encodeURIComponent(password)}@`);
    for (const [name, url] of Object.entries({ ...urls, secured: known })) {
      const refs = await runGit(['ls-remote', url, 'main', 'other', 'v1^{}'], env);
      t.deepEqual(refs.match(/^[0-9a-f]{40}/gm), [second, other, first], name);
      const clone = join(folder, name);
      await runGit(['clone', '-q', '--recurse-submodules', url, clone], env);
      t.is(await readFile(join(clone, 'parts/part.txt'), 'utf8'), 'a part', name);
      t.false(existsSync(join(clone, 'sub')), name);
      await runGit(['-C', clone, 'fetch', '-q', '--depth=1', 'origin', first], env);
    }
    t.true(git.http.requests.some((line) => line.startsWith('POST /outer.git/git-upload-pack')));
    await t.throwsAsync(runGit(['ls-remote', urls.secured], env));
    await t.throwsAsync(runGit(['ls-remote', urls.ssh], { ...env, GIT_SSH_COMMAND: 'ssh -F none -o BatchMode=yes' }));
  } finally {
    await git[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
  t.false(existsSync(served));
  t.deepEqual(await processesOf(served), []);
});
