import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Session } from '../../cli/connect/session.ts';
import { versionsOf } from '../../cli/plan/versions-of.ts';
import type { Manifest } from '../../cli/manifests/manifest.ts';
import type { Client } from '../../client/client.ts';
import type { ConfigMap } from '../../schemas/gen/types.ts';
import { findByTypedName } from '../../schemas/kinds.ts';
import type { KubeObject, ObjectRef } from '../../schemas/object.ts';
import { runLine } from './world.ts';

import { CONFIG, openDiffWorld, program, SECRET } from './diff-world.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** Lines that begin with one + or -, without those that name files. */
const changes = (stdout: string): readonly string[] =>
  stdout.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line));

test('what is as the files say differs in nothing: no word, exit code 0', async (t) => {
  await using at = await openDiffWorld();
  await at.apply(CONFIG('a'));
  t.deepEqual(await at.diff(CONFIG('a')), { code: 0, stdout: '', stderr: '' });
});

test('a change is shown as a unified diff, exit code 1, and nothing is changed', async (t) => {
  await using at = await openDiffWorld();
  await at.apply(CONFIG('a'));
  const run = await at.diff(CONFIG('a', 'a: "2"'));
  t.is(run.code, 1);
  t.is(run.stderr, '');
  t.regex(
    run.stdout,
    /^diff -u -N \S+\/LIVE-\w+\/v1\.ConfigMap\.default\.a \S+\/MERGED-\w+\/v1\.ConfigMap\.default\.a$/m,
  );
  t.deepEqual(changes(run.stdout), ['-  a: "1"', '+  a: "2"']);
  t.is((await at.world.tsmoby(['get', 'cm', 'a', '-o', 'jsonpath={.data.a}'])).stdout, '1');
});

test('what is not there is compared with nothing, and not made', async (t) => {
  await using at = await openDiffWorld();
  const { code, stdout } = await at.diff(CONFIG('a'));
  t.is(code, 1);
  t.deepEqual(changes(stdout).slice(0, 4), ['+apiVersion: v1', '+data:', '+  a: "1"', '+kind: ConfigMap']);
  t.is((await at.world.tsmoby(['get', 'cm', 'a'])).code, 1);
});

test('a field that another one owns is a conflict, and --force-conflicts shows what taking it would do', async (t) => {
  await using at = await openDiffWorld();
  await at.apply(CONFIG('a'));
  await at.world.tsmoby(['patch', 'cm', 'a', '-p', '{"data":{"a":"mine"}}']);
  const refused = await at.diff(CONFIG('a'));
  t.is(refused.code, 2);
  t.is(refused.stdout, '');
  t.regex(refused.stderr, /^STDIN:1:1: configmap\/a: Apply failed with 1 conflict: conflict with "tsmoby-patch"/);
  const forced = await at.diff(CONFIG('a'), ['--force-conflicts']);
  t.is(forced.code, 1);
  t.deepEqual(changes(forced.stdout), ['-  a: mine', '+  a: "1"']);
});

test('managed fields are compared only when asked for', async (t) => {
  await using at = await openDiffWorld();
  await at.apply(CONFIG('a'));
  const other = ['--field-manager=other'];
  t.deepEqual(await at.diff(CONFIG('a'), other), { code: 0, stdout: '', stderr: '' });
  const { code, stdout } = await at.diff(CONFIG('a'), [...other, '--show-managed-fields']);
  t.is(code, 1);
  t.true(changes(stdout).includes('+    manager: other'));
});

test('values of Secrets are never shown, and it is shown which ones differ', async (t) => {
  await using at = await openDiffWorld();
  await at.apply(SECRET({ same: 'alpha', other: 'beta', gone: 'gamma' }));
  const run = await at.diff(SECRET({ same: 'alpha', other: 'delta', new: 'epsilon' }));
  t.is(run.code, 1);
  t.deepEqual(changes(run.stdout), [
    '-  gone: "***"',
    '-  other: "*** (before)"',
    '+  new: "***"',
    '+  other: "*** (after)"',
  ]);
  for (const value of ['alpha', 'beta', 'gamma', 'delta', 'epsilon'])
    t.false(run.stdout.includes(Buffer.from(value).toString('base64')));
});

test('a Secret that is not there yet, or keeps its manifest in an annotation, shows no value either', async (t) => {
  await using at = await openDiffWorld();
  const fresh = await at.diff(SECRET({ k: 'alpha' }));
  t.true(changes(fresh.stdout).includes('+  k: "***"'));
  const annotated = SECRET({ k: 'alpha' }).replace(
    'name: s',
    'name: s, annotations: {kubectl.kubernetes.io/last-applied-configuration: alpha, a: b}',
  );
  await at.apply(annotated);
  const run = await at.diff(annotated.replace('a: b', 'a: c'));
  t.deepEqual(changes(run.stdout), ['-    a: b', '+    a: c']);
  t.false(run.stdout.includes('alpha'));
});

test('several files and directories are compared together, by KUBECTL_EXTERNAL_DIFF where it is set', async (t) => {
  await using at = await openDiffWorld();
  const { world } = at;
  await mkdir(join(world.directory, 'all/below'), { recursive: true });
  await writeFile(join(world.directory, 'all/a.yaml'), CONFIG('a'));
  await writeFile(join(world.directory, 'all/below/b.yaml'), CONFIG('b'));
  await writeFile(join(world.directory, 'c.yaml'), CONFIG('c'));
  const differ = await program(world, 'for word; do echo "$word" | sed s/-......$//; done; ls "$1"');
  const run = await at.diff('', ['-R', '-f', 'all', '-f', 'c.yaml'], {
    env: { KUBECTL_EXTERNAL_DIFF: `${differ} -N --q  --x=$HOME` },
  });
  t.is(run.code, 0);
  t.is(
    run.stderr,
    'Warning: KUBECTL_EXTERNAL_DIFF: "--x=$HOME" is left out: flags have letters, digits, dashes and equals signs only\n',
  );
  const [first, second, ...rest] = run.stdout.trimEnd().split('\n');
  t.is(first, join(world.directory, 'tmp/LIVE'));
  t.is(second, join(world.directory, 'tmp/MERGED'));
  t.deepEqual(rest.slice(0, 5), [
    '-N',
    '--q',
    'v1.ConfigMap.default.a',
    'v1.ConfigMap.default.b',
    'v1.ConfigMap.default.c',
  ]);
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends the whole command as that, and the files are gone`, async (t) => {
    await using at = await openDiffWorld();
    const { directory, socketPath } = at.world;
    const differ = await program(at.world, 'echo started\nexec sleep 60');
    await writeFile(join(directory, 'a.yaml'), CONFIG('a'));
    const env = {
      PATH: process.env['PATH'] ?? '',
      TMPDIR: join(directory, 'tmp'),
      TSMOBY_HOST: `unix://${socketPath}`,
      KUBECTL_EXTERNAL_DIFF: differ,
    };
    const child = spawn(process.execPath, [MAIN, 'diff', '-f', join(directory, 'a.yaml')], { env });
    const closed = once(child, 'close');
    try {
      await once(child.stdout, 'data');
      t.is((await at.left()).length, 2);
      child.kill(signal);
      t.deepEqual(await closed, [code, null]);
      t.deepEqual(await at.left(), []);
    } finally {
      child.kill('SIGKILL');
    }
  });
}

for (const [title, text, expected] of [
  ['fails', 'echo why >&2; exit 3', /^why\nerror: failed to run "\S+\/differ": exit status 3\n$/],
  ['is killed', 'kill -KILL $$', /^error: failed to run "\S+\/differ": signal SIGKILL\n$/],
] as const)
  test(`a program that ${title} is an error, and the files are gone`, async (t) => {
    await using at = await openDiffWorld();
    const differ = await program(at.world, text);
    const run = await at.diff(CONFIG('a'), [], { env: { KUBECTL_EXTERNAL_DIFF: differ } });
    t.is(run.code, 2);
    t.regex(run.stderr, expected);
    t.deepEqual(await at.left(), []);
  });

test('what the server refuses is told with its place, and does not hide the others', async (t) => {
  await using at = await openDiffWorld();
  const lost = CONFIG('lost').replace('name: lost', 'name: lost\n  namespace: nowhere');
  const run = await at.diff([CONFIG('not/a/name'), lost, CONFIG('fine')].join('---\n'));
  t.is(run.code, 2);
  t.deepEqual(
    changes(run.stdout).filter((line) => line.includes('name: ')),
    ['+  name: fine'],
  );
  t.regex(
    run.stderr,
    /^STDIN:4:3: The ConfigMap "not\/a\/name" is invalid: metadata\.name: .*\nError from server \(NotFound\): STDIN:7:1: configmap\/lost: namespaces "nowhere" not found; make it first: tsmoby create namespace nowhere\n$/,
  );
});

test('what the same files would make is not there yet, and that is said', async (t) => {
  await using at = await openDiffWorld();
  const inShop = CONFIG('a').replace('name: a', 'name: a\n  namespace: shop');
  const namespace = await at.diff(`apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n${inShop}`);
  t.is(namespace.code, 2);
  t.regex(namespace.stdout, /^\+kind: Namespace$/m);
  t.is(
    namespace.stderr,
    'Error from server (NotFound): STDIN:5:1: configmap/a: namespaces "shop" not found; it is in the same files, and has to be applied before what lives in it is compared\n',
  );
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gears.example.com}
spec:
  group: example.com
  names: {kind: Gear, plural: gears}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
  const kind = await at.diff(`${definition}---\napiVersion: example.com/v1\nkind: Gear\nmetadata: {name: g}\n`);
  t.deepEqual(kind, {
    code: 2,
    stdout: '',
    stderr:
      'error: STDIN:11:1: no matches for kind "Gear" in version "example.com/v1"; apply its definition first, which stands at STDIN:1:1\n',
  });
});

test('mistakes of files and command lines are told as by apply, with exit code 2', async (t) => {
  await using at = await openDiffWorld();
  await writeFile(join(at.world.directory, 'tab.yaml'), 'apiVersion: v1\nmetadata:\n\tname: a\n');
  const said = async (...line: string[]): Promise<readonly [number, string]> => {
    const { code, stdout, stderr } = await at.world.tsmoby(['diff', ...line], {
      stdin: CONFIG('a').replace('data: {', 'dta: {'),
    });
    t.is(stdout, '');
    return [code, stderr.split('\n')[0] ?? ''];
  };
  t.deepEqual(await said('-f', 'no.yaml'), [2, 'error: the path "no.yaml" does not exist']);
  t.deepEqual(await said('-f', 'tab.yaml'), [2, 'error: tab.yaml:3:1: a tab is used for indentation; use spaces']);
  t.deepEqual(await said('-f', '-'), [2, 'error: STDIN:5:1: configmap/a: unknown field "dta", did you mean "data"?']);
  t.deepEqual(await said(), [2, 'error: must specify -f: a file, a directory, a URL, or - for standard input']);
  t.deepEqual(await said('-f', '-', 'x'), [2, 'error: unexpected argument "x": files are named with -f']);
  t.deepEqual(await said('-k', '.'), [2, "error: unknown shorthand flag: 'k' in -k"]);
  t.deepEqual(await said('-f', '-', '--concurrency=0'), [2, 'error: --concurrency must be at least 1']);
  t.deepEqual(await said('-f', '-', '--server-side=false'), [
    2,
    'error: --server-side=false: only server-side apply is there',
  ]);
});

test('a server that cannot be reached is an error, and not a difference', async (t) => {
  const run = await runLine(['diff', '-f', '-'], { stdin: CONFIG('a'), env: { TSMOBY_HOST: 'unix:///nowhere.sock' } });
  t.deepEqual(run, {
    code: 2,
    stdout: '',
    stderr: 'error: cannot reach tsmoby at unix:///nowhere.sock: is the daemon running? Start it with: tsmoby daemon\n',
  });
});

test('a change of somebody else between the two questions is not shown as ours', async (t) => {
  await using at = await openDiffWorld();
  await at.apply(CONFIG('a'));
  const client = at.world.api.plainClient();
  let meddled = 0;
  const meddling: Client = {
    ...client,
    async get<T extends KubeObject>(ref: ObjectRef): Promise<T> {
      const live = await client.get<T>(ref);
      if (meddled++ === 0) await client.patch(ref, { data: { b: 'theirs' } }, { type: 'merge' });
      return live;
    },
  };
  const kind = findByTypedName('configmap');
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
    data: { a: '1' },
  };
  const manifest = { object, kind, name: 'a', namespace: 'default' } as unknown as Manifest;
  const call = { flags: { 'field-manager': 'tsmoby' }, io: {} } as unknown as Parameters<typeof versionsOf>[0];
  const { live, merged } = await versionsOf(call, { client: meddling } as unknown as Session, manifest);
  t.is(meddled, 2);
  t.deepEqual(
    [live, merged].map((one) => (one as ConfigMap | undefined)?.data),
    [
      { a: '1', b: 'theirs' },
      { a: '1', b: 'theirs' },
    ],
  );
});
