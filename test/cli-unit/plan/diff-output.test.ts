import { mkdir, readdir, readFile, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { PlanFile } from '../../../cli/plan/plan-file.ts';
import type { PlanReport } from '../../../cli/plan/report.ts';
import { decodeManifest } from '../../../schemas/text/manifest.ts';
import { CONFIG, SECRET } from '../diff-world.ts';
import { openPlanWorld, replacing } from './world.ts';

const json = <T>(text: string): T => JSON.parse(text) as T;
const contentOf = async <T>(path: string): Promise<T> => json<T>(await readFile(path, 'utf8'));

test('the textual difference comes first, then the steps with their causes, and others below', async (t) => {
  await using at = await openPlanWorld();
  await at.apply(CONFIG('site'));
  at.plans((changes) => [...replacing(changes), ...replacing([{ delete: WEB }]).map(affected)]);
  const run = await at.diff(CONFIG('site', 'a: "2"'));
  t.is(run.code, 1);
  t.is(run.stderr, '');
  t.regex(
    run.stdout,
    /^-  a: "1"\n\+  a: "2"\n[^]*\n\nconfigmap\/site: replaced: it differs\n  Stop site\nOthers, because of that:\ncontainer\.tsmoby\.dev\/web: replaced: it differs\n  Stop web\n$/m,
  );
});

const WEB = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', namespace: 'default', name: 'web' };
const affected = (object: ReturnType<typeof replacing>[number]) => ({ ...object, because: 'Affected' }) as const;

test('a document for scripts: fields, steps, exit codes 0, 1 and 2, and no value of a Secret', async (t) => {
  await using at = await openPlanWorld();
  at.plans(replacing);
  await at.apply([CONFIG('a'), SECRET({ k: 'alpha' })].join('---\n'));
  const same = await at.diff(CONFIG('a'), ['-o', 'json']);
  t.is(same.code, 0);
  t.deepEqual(
    json<PlanReport>(same.stdout).objects.map(({ operation, action }) => [operation, action]),
    [['unchanged', 'None']],
  );
  const files = [CONFIG('a', 'a: "2"'), SECRET({ k: 'beta' })].join('---\n');
  const run = await at.diff(files, ['-o', 'json']);
  t.is(run.code, 1);
  const report = json<PlanReport>(run.stdout);
  t.deepEqual([report.apiVersion, report.kind, report.planned], ['tsmoby.dev/v1alpha1', 'PlanReport', true]);
  t.deepEqual(
    report.objects.map(({ name, operation, fields, action, steps }) => [name, operation, fields, action, steps]),
    [
      ['a', 'update', [{ path: 'data.a', before: '1', after: '2' }], 'Replace', STOP('a')],
      ['s', 'update', [{ path: 'data.k', before: '***', after: '***' }], 'Replace', STOP('s')],
    ],
  );
  const yaml = await at.diff(files, ['-o', 'yaml']);
  t.deepEqual(decodeManifest(Buffer.from(yaml.stdout), { file: 'x' })[0]?.value, json(run.stdout));
  const refused = await at.diff([files, CONFIG('no/name')].join('---\n'), ['-o', 'json']);
  t.is(refused.code, 2);
  t.deepEqual(json(refused.stdout), report);
  t.regex(refused.stderr, /no\/name/);
});

const STOP = (target: string) => [{ type: 'Stop', target, cause: 'it differs' }];

test('a server that makes no plans: objects alone, and that is said', async (t) => {
  await using at = await openPlanWorld();
  const run = await at.diff(CONFIG('a'), ['-o', 'json']);
  t.is(run.code, 1);
  t.is(run.stderr, 'note: this server makes no plans: what its controllers would do is not known\n');
  const { planned, objects } = json<PlanReport>(run.stdout);
  t.deepEqual([planned, objects.map((object) => 'action' in object)], [false, [false]]);
});

test('no request of a diff could change anything', async (t) => {
  await using at = await openPlanWorld();
  at.plans(replacing);
  await at.apply(CONFIG('a'));
  at.seen.length = 0;
  for (const line of [[], ['-o', 'json'], ['-o', 'plan=p']])
    t.is((await at.diff([CONFIG('a', 'a: "2"'), CONFIG('b')].join('---\n'), line)).code, 1);
  const writes = at.seen.filter((line) => !line.startsWith('GET '));
  t.is(writes.length, 9);
  for (const line of writes) t.regex(line, /^(?:PATCH \S+[?&]dryRun=All\b|POST \/apis\/tsmoby\.dev\/v1alpha1\/plans$)/);
});

test('a plan is kept in a file that only its owner reads, whole or not at all, and without anything secret', async (t) => {
  await using at = await openPlanWorld();
  at.plans(replacing);
  await at.apply(SECRET({ k: 'alpha' }));
  const { directory } = at.world;
  const files = [SECRET({ k: 'beta' }), CONFIG('b')].join('---\n');
  const run = await at.diff(files, ['-o', 'plan=p'], { cwd: directory });
  t.is(run.code, 1);
  t.regex(run.stderr, /^the plan is in p; carry it out with: tsmoby apply --plan p -f …\n$/);
  t.is((await stat(join(directory, 'p'))).mode & 0o777, 0o600);
  const plan = await contentOf<PlanFile>(join(directory, 'p'));
  t.deepEqual(
    plan.objects.map(({ name, operation, action, uid, resourceVersion }) => [
      name,
      operation,
      action,
      typeof uid,
      typeof resourceVersion,
    ]),
    [
      ['s', 'update', 'Replace', 'string', 'string'],
      ['b', 'create', 'Replace', 'undefined', 'undefined'],
    ],
  );
  // Another value of the same key gives the same digests: nothing can be guessed by trying values.
  await at.diff(files.replace(Buffer.from('beta').toString('base64'), 'Z2FtbWE='), ['-o', 'plan=q']);
  t.deepEqual(await contentOf(join(directory, 'q')), plan);
  t.deepEqual((await readdir(directory)).filter((name) => name.includes('plan')).toSorted(), ['plans.sock']);
});

test('a link to a plan stays one, and the plan before it is replaced', async (t) => {
  await using at = await openPlanWorld();
  at.plans(replacing);
  const { directory } = at.world;
  const kept = join(directory, 'kept');
  await writeFile(kept, 'old', { mode: 0o644 });
  await symlink('kept', join(directory, 'link'));
  t.is((await at.diff(CONFIG('a'), ['-o', 'plan=link'])).code, 1);
  t.is(await realpath(join(directory, 'link')), kept);
  t.is((await contentOf<PlanFile>(kept)).kind, 'PlanFile');
  t.is((await stat(kept)).mode & 0o777, 0o600);
});

for (const [title, file, expected] of [
  ['in no directory', 'nowhere/p', /ENOENT/],
  ['where something else stands', 'd', /it is there, and is no file/],
] as const)
  test(`a plan that cannot be written ${title} is an error`, async (t) => {
    await using at = await openPlanWorld();
    at.plans(replacing);
    await mkdir(join(at.world.directory, 'd'));
    const run = await at.diff(CONFIG('a'), ['-o', `plan=${file}`]);
    t.is(run.code, 2);
    t.regex(run.stderr, /^error: the plan cannot be written to /);
    t.regex(run.stderr, expected);
  });

test('no plan is kept of what the server refuses in part', async (t) => {
  await using at = await openPlanWorld();
  at.plans(replacing);
  const run = await at.diff([CONFIG('a'), CONFIG('no/name')].join('---\n'), ['-o', 'plan=p']);
  t.is(run.code, 2);
  t.regex(run.stderr, /error: p is not written: there is no plan for all of these objects\n$/);
  await t.throwsAsync(stat(join(at.world.directory, 'p')), { code: 'ENOENT' });
});

for (const [value, expected] of [
  ['plan', /^error: -o plan needs a file to write to: -o plan=changes\.plan\n/],
  ['plan=', /^error: -o plan needs a file/],
  [
    'wide',
    /^error: unable to match a printer suitable for the output format "wide", allowed formats are: json,yaml,plan=FILE\n/,
  ],
] as const)
  test(`-o ${value} is a mistake, and says what there is`, async (t) => {
    await using at = await openPlanWorld();
    const run = await at.diff(CONFIG('a'), ['-o', value]);
    t.is(run.code, 2);
    t.regex(run.stderr, expected);
  });
