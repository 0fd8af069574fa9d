import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Run } from '../world.ts';
import { CONFIG, SECRET } from '../diff-world.ts';
import { openPlanWorld, replacing, type PlanWorld } from './world.ts';

const CONTAINER = (spec: string): string =>
  `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: web}\nspec: {image: a, command: [${spec}]}\n`;
const all = (...files: readonly string[]): string => files.join('---\n');

/** Makes a plan, then lets something happen, then has it carried out. */
async function carryOut(
  t: ExecutionContext,
  at: PlanWorld,
  files: string,
  { between = async () => undefined, files: other = files, line = [] }: Between = {},
): Promise<Run> {
  const planned = await at.diff(files, ['-o', 'plan=p']);
  t.true(planned.code <= 1, planned.stderr);
  await between();
  at.seen.length = 0;
  return await at.world.tsmoby(['apply', '-f', '-', '--plan', 'p', ...line], { stdin: other });
}

interface Between {
  readonly between?: () => Promise<unknown>;
  readonly files?: string;
  readonly line?: readonly string[];
}

const valueOf = async (at: PlanWorld, name: string): Promise<string> =>
  (await at.world.tsmoby(['get', 'cm', name, '-o', 'jsonpath={.data.a}'])).stdout;
/** Requests that store something. */
const writesOf = ({ seen }: PlanWorld): readonly string[] =>
  seen.filter((line) => !line.startsWith('GET ') && !line.includes('dryRun=All') && !line.endsWith('/plans'));

async function openPlanned(): Promise<PlanWorld> {
  const at = await openPlanWorld();
  at.plans(replacing);
  return at;
}

test('a plan that still holds is carried out: objects are made and changed, and owned as by any apply', async (t) => {
  await using at = await openPlanned();
  await at.apply(CONFIG('a'));
  const files = all(CONFIG('a', 'a: "2"'), CONFIG('b'), SECRET({ k: 'v' }));
  const run = await carryOut(t, at, files);
  t.deepEqual(run, { code: 0, stdout: 'configmap/a configured\nconfigmap/b created\nsecret/s created\n', stderr: '' });
  t.is(await valueOf(at, 'a'), '2');
  t.is((await at.world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('b', 'c: "3"') })).code, 0);
  t.is(await valueOf(at, 'b'), '', 'a field that is left out goes, as it is owned by an apply');
});

test('namespaces are written before all others', async (t) => {
  await using at = await openPlanned();
  const space = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
  const run = await carryOut(t, at, all(CONFIG('a'), space));
  t.is(run.stdout, 'namespace/shop created\nconfigmap/a created\n');
});

for (const [title, before, planned, between, expected] of [
  [
    'an object was written',
    CONFIG('a'),
    CONFIG('a', 'a: "2"'),
    (at: PlanWorld) => at.world.tsmoby(['patch', 'cm', 'a', '-p', '{"data":{"x":"y"}}']),
    'configmap/a in namespace default: it was written since the plan was made',
  ],
  [
    'an object was changed',
    CONTAINER('a'),
    CONTAINER('b'),
    (at: PlanWorld) => at.world.tsmoby(['patch', 'ctr', 'web', '-p', '{"spec":{"tty":true}}']),
    'container.tsmoby.dev/web in namespace default: it was changed since: generation 2, and 1 when the plan was made',
  ],
  [
    'an object went',
    CONFIG('a'),
    CONFIG('a', 'a: "2"'),
    (at: PlanWorld) => at.world.tsmoby(['delete', 'cm', 'a']),
    'configmap/a in namespace default: it is not there any more',
  ],
  [
    'an object was made anew',
    CONFIG('a'),
    CONFIG('a', 'a: "2"'),
    async (at: PlanWorld) => {
      await at.world.tsmoby(['delete', 'cm', 'a']);
      await at.apply(CONFIG('a'));
    },
    'configmap/a in namespace default: it was deleted, and another one of its name is there',
  ],
  [
    'an object came',
    CONFIG('b'),
    CONFIG('a'),
    (at: PlanWorld) => at.apply(CONFIG('a')),
    'configmap/a in namespace default: it is there meanwhile',
  ],
  [
    'something else would follow',
    CONFIG('a'),
    CONFIG('a', 'a: "2"'),
    async (at: PlanWorld) => at.plans((changes) => replacing(changes).map((one) => ({ ...one, action: 'Restart' }))),
    'configmap/a in namespace default: now it would come to Restart; planned: Replace',
  ],
  [
    'other steps would be taken',
    CONFIG('a'),
    CONFIG('a', 'a: "2"'),
    async (at: PlanWorld) => at.plans((changes) => replacing(changes).map((one) => ({ ...one, steps: [] }))),
    'configmap/a in namespace default: other steps would be taken than were planned',
  ],
  [
    'the server tells no more what follows',
    CONFIG('a'),
    CONFIG('a', 'a: "2"'),
    async (at: PlanWorld) => at.plans(() => undefined),
    'the plan was made by a server that tells what follows, and this server does not tell it',
  ],
] as const)
  test(`a plan is refused, and nothing is written, where ${title} meanwhile`, async (t) => {
    await using at = await openPlanned();
    await at.apply(before);
    const run = await carryOut(t, at, planned, { between: async () => await between(at) });
    t.is(run.code, 1);
    t.is(run.stdout, '');
    const end = 'error: nothing was applied: p is not what would happen now; look again with: tsmoby diff -f …';
    t.deepEqual(
      run.stderr
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('note: ')),
      [`error: ${expected}`, end],
    );
    t.deepEqual(writesOf(at), []);
  });

test('causes are words: others for the same steps are the same plan', async (t) => {
  await using at = await openPlanned();
  const between = async () =>
    at.plans((changes) =>
      replacing(changes).map((one) => ({
        ...one,
        message: 'replaced',
        steps: one.steps.map((step) => ({ ...step, cause: 'x' })),
      })),
    );
  t.is((await carryOut(t, at, CONFIG('a'), { between })).code, 0);
});

test('files that are not those of the plan are refused, object by object', async (t) => {
  await using at = await openPlanned();
  const run = await carryOut(t, at, all(CONFIG('a'), CONFIG('b')), { files: all(CONFIG('a', 'a: "9"'), CONFIG('c')) });
  t.is(run.code, 1);
  t.deepEqual(run.stderr.split('\n').slice(0, 3), [
    'error: configmap/a in namespace default: its manifest, or what an apply would change, is not what was planned',
    'error: configmap/b in namespace default: is in the plan, and not in the files',
    'error: configmap/c in namespace default: is in the files, and not in the plan',
  ]);
  t.deepEqual(writesOf(at), []);
});

test('what is affected otherwise is refused, too', async (t) => {
  await using at = await openPlanned();
  const other = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', namespace: 'default', name: 'db' };
  const affected = replacing([{ delete: other }]).map((one) => ({ ...one, because: 'Affected' as const }));
  const between = async () => at.plans((changes) => [...replacing(changes), ...affected]);
  const run = await carryOut(t, at, CONFIG('a'), { between });
  t.is(run.code, 1);
  t.regex(run.stderr, /^error: container\.tsmoby\.dev\/db in namespace default: something would be done for it, too\n/);
});

test('a dry run says whether the plan holds, and writes nothing', async (t) => {
  await using at = await openPlanned();
  const run = await carryOut(t, at, CONFIG('a'), { line: ['--dry-run=server'] });
  t.deepEqual(run, { code: 0, stdout: 'configmap/a created (server dry run)\n', stderr: '' });
  t.deepEqual(writesOf(at), []);
});

for (const [title, text, expected] of [
  ['is not there', undefined, /^error: the plan cannot be read: ENOENT/],
  ['is something else', 'a: b', /^error: p is no plan: .*make one with: tsmoby diff -f … -o plan=p\n$/],
  ['is another document', '{"kind": "ConfigMap"}', /^error: p is no plan: /],
  [
    'has a field of a newer tsmoby',
    '{"apiVersion":"tsmoby.dev/v1alpha1","kind":"PlanFile","planned":true,"objects":[],"affected":[],"more":1}',
    /^error: p is no plan: unknown field more; was it made by a newer tsmoby\?/,
  ],
] as const)
  test(`a plan that ${title} is an error`, async (t) => {
    await using at = await openPlanned();
    if (text !== undefined) await writeFile(join(at.world.directory, 'p'), text);
    const run = await at.world.tsmoby(['apply', '-f', '-', '--plan=p'], { stdin: CONFIG('a') });
    t.is(run.code, 1);
    t.regex(run.stderr, expected);
    t.deepEqual(writesOf(at), []);
  });

for (const [line, expected] of [
  [['--plan'], /^error: --plan needs the file that "tsmoby diff -o plan=FILE" has written, or --dry-run=server/],
  [['--plan', 'p', 'q'], /^error: unexpected argument "q": files are named with -f/],
  [['--plan=p', 'q'], /^error: unexpected argument "q"/],
  [['--plan=p', '--prune', '--applyset=x'], /^error: a plan knows of no objects that left the files: leave out --plan/],
  [['q'], /^error: unexpected argument "q"/],
  [['--plan', '--dry-run=server', '-o', 'name'], /^error: unable to match a printer .* "name".*: json,yaml\n/],
] as const)
  test(`apply ${line.join(' ')} is a mistake of usage`, async (t) => {
    await using at = await openPlanned();
    const run = await at.world.tsmoby(['apply', '-f', '-', ...line], { stdin: CONFIG('a') });
    t.is(run.code, 1);
    t.regex(run.stderr, expected);
  });

test('the file holds no value of a Secret, in no form', async (t) => {
  await using at = await openPlanned();
  await carryOut(t, at, SECRET({ k: 'v' }));
  const before = await readFile(join(at.world.directory, 'p'), 'utf8');
  t.is((await at.diff(SECRET({ k: 'w' }), ['-o', 'plan=q'])).code, 1);
  t.is((await at.diff(SECRET({ k: 'x' }), ['-o', 'plan=r'])).code, 1);
  const [q, r] = await Promise.all(['q', 'r'].map((name) => readFile(join(at.world.directory, name), 'utf8')));
  t.is(q, r);
  t.not(q, before);
});

test('who writes status of a namespace does not stand in the way of a plan, and who labels it does', async (t) => {
  await using at = await openPlanned();
  const space = (label: string): string =>
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {a: "${label}"}}\n`;
  await at.apply(space('1'));
  const client = at.world.api.plainClient();
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } as const;
  const condition = { type: 'Seen', status: 'True', reason: 'Seen', message: '', lastTransitionTime: null };
  const writeStatus = () =>
    client.patch(ref, { status: { conditions: [condition] } }, { type: 'merge', subresource: 'status' });
  const before = (await client.get(ref)).metadata.resourceVersion;
  const run = await carryOut(t, at, space('2'), { between: writeStatus });
  t.deepEqual(run, { code: 0, stdout: 'namespace/shop configured\n', stderr: '' });
  t.not((await client.get(ref)).metadata.resourceVersion, before);
  const label = () => client.patch(ref, { metadata: { labels: { b: '1' } } }, { type: 'merge' });
  const refused = await carryOut(t, at, space('3'), { between: label });
  t.is(refused.code, 1);
  t.regex(
    refused.stderr,
    /^error: namespace\/shop: its manifest, or what an apply would change, is not what was planned\n/,
  );
});
