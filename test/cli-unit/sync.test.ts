import test from 'ava';
import { readPlace } from '../../cli/commands/sync/place.ts';
import { shortRevision } from '../../cli/commands/sync/words.ts';
import { openCliWorld } from './world.ts';

test('a place is a directory, a repository or an artifact, and has a name', (t) => {
  const of = (typed: string, flags = {}) => readPlace(typed, flags, '/home/me');
  t.deepEqual(of('.'), { source: { directory: { path: '/home/me' } }, name: 'me' });
  t.deepEqual(of('../My Infra'), { source: { directory: { path: '/home/My Infra' } }, name: 'my-infra' });
  t.deepEqual(of('/'), { source: { directory: { path: '/' } }, name: 'sync' });
  t.deepEqual(of('https://example.com/team/infra.git/'), {
    source: { git: { url: 'https://example.com/team/infra.git/' } },
    name: 'infra',
  });
  t.deepEqual(of('git@example.com:infra.git', { branch: 'main', secret: 'key' }), {
    source: { git: { url: 'git@example.com:infra.git', ref: { branch: 'main' }, secretRef: { name: 'key' } } },
    name: 'infra',
  });
  t.deepEqual(of('repos/site.git'), { source: { git: { url: '/home/me/repos/site.git' } }, name: 'site' });
  t.deepEqual(of('oci://localhost:5000/team/infra:1.2', { semver: '1.x' }), {
    source: { oci: { reference: 'localhost:5000/team/infra:1.2', semver: '1.x' } },
    name: 'infra',
  });
});

test('flags that do not fit the place are refused', (t) => {
  const of = (typed: string, flags: object) => () => readPlace(typed, flags, '/');
  t.throws(of('./x', { branch: 'main' }), { message: /--branch is not for a directory/ });
  t.throws(of('oci://x/y', { tag: '1' }), { message: /--tag is not for an artifact: write oci:/ });
  t.throws(of('oci://', {}), { message: /followed by a reference/ });
  t.throws(of('https://x/y', { branch: 'a', commit: 'b' }), { message: /one of --branch, --commit, not several/ });
});

test('digests and commits are shortened, names are not', (t) => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  t.is(shortRevision(`main@sha1:${commit}`), 'main@sha1:0123456789ab');
  t.is(shortRevision(undefined), '');
});

test('what is typed wrong is told with what would be right', async (t) => {
  await using world = await openCliWorld();
  const errorOf = async (...line: readonly string[]): Promise<string> => (await world.tsmoby(['sync', ...line])).stderr;
  t.regex(await errorOf(), /you must say what to follow, or what to do: tsmoby sync \.\/DIR/);
  t.regex(await errorOf('lst'), /lst: there is no such directory; actions are list, status/);
  t.regex(await errorOf('status'), /name one Sync: status NAME/);
  t.regex(await errorOf('suspend'), /you must name Syncs: suspend NAME/);
  t.regex(await errorOf('status', 'none'), /syncs\.tsmoby\.dev "none" not found/);
  t.regex(await errorOf('list'), /No Syncs found in default namespace/);
  t.regex(await errorOf('.', '--on-failure=Panic'), /Panic.*"Retry", "Revert"/);
});

test('a Sync that nobody looked at yet is listed, and not waited for where that is not wanted', async (t) => {
  await using world = await openCliWorld();
  const made = await world.tsmoby(['sync', '.', '--name=sync/here', '--wait=false', '--prune=false', '--interval=10s']);
  t.is(made.stdout, 'sync.tsmoby.dev/here created\n', made.stderr);
  const shown = JSON.parse((await world.tsmoby(['sync', 'status', 'here', '-o', 'json'])).stdout) as { spec: object };
  t.like(shown.spec, { source: { directory: { path: world.directory } }, prune: false, interval: '10s' });
  t.regex((await world.tsmoby(['sync', 'list', '-A'])).stdout, /^NAMESPACE +NAME[^]*\ndefault +here +Unknown/);
  t.regex((await world.tsmoby(['sync', 'history', 'here'])).stderr, /has applied nothing yet/);
  const late = await world.tsmoby(['sync', 'status', 'here', '-w', '--timeout=2s']);
  t.is(late.code, 1);
  t.regex(late.stdout, /Waiting for sync "here" to be looked at/);
  t.is(late.stderr, 'error: timed out waiting for the condition: the daemon has not looked at it\n');
});
