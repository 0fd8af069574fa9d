import test from 'ava';
import { eventually } from '../support/eventually.ts';
import { openCliWorld, type CliWorld } from './world.ts';

const MANIFESTS = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: shop, tier: back}}
data: {a: "1", b: "2"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: another}
---
apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata: {name: web, labels: {app: shop}}
spec: {image: busybox}
---
apiVersion: tsmoby.dev/v1alpha1
kind: Image
metadata: {name: busybox}
spec: {reference: busybox}
`;

async function openFilled(): Promise<CliWorld> {
  const world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: MANIFESTS });
  return world;
}

test('a kind is a table with columns three spaces apart and no spaces at line ends of the last column', async (t) => {
  await using world = await openFilled();
  const { code, stdout, stderr } = await world.tsmoby(['get', 'cm']);
  t.deepEqual([code, stderr], [0, '']);
  t.is(stdout, 'NAME       DATA   AGE\nanother    0      0s\nsettings   2      0s\n');
  t.is((await world.tsmoby(['get', 'cm', '--no-headers'])).stdout, 'another    0   0s\nsettings   2   0s\n');
});

test('several kinds are several tables, names with their kind before them', async (t) => {
  await using world = await openFilled();
  const { stdout } = await world.tsmoby(['get', 'cm,ns']);
  t.is(
    stdout,
    `NAME                 DATA   AGE
configmap/another    0      0s
configmap/settings   2      0s

NAME                    STATUS   AGE
namespace/default       Active   0s
namespace/kube-public   Active   0s
namespace/kube-system   Active   0s
`,
  );
});

test('all stands for the kinds of its category', async (t) => {
  await using world = await openFilled();
  t.is(
    (await world.tsmoby(['get', 'all', '-o', 'name'])).stdout,
    'container.tsmoby.dev/web\nimage.tsmoby.dev/busybox\n',
  );
});

test('-A has a column for namespaces, but not for kinds without', async (t) => {
  await using world = await openFilled();
  const { stdout } = await world.tsmoby(['get', 'cm', '-A', '-l', 'app']);
  t.is(stdout, 'NAMESPACE   NAME       DATA   AGE\ndefault     settings   2      0s\n');
  t.regex((await world.tsmoby(['get', 'ns', '-A'])).stdout, /^NAME /);
});

test('labels can be shown as one column, or in columns of their own', async (t) => {
  await using world = await openFilled();
  const shown = await world.tsmoby(['get', 'cm', '--show-labels']);
  t.is(
    shown.stdout,
    'NAME       DATA   AGE   LABELS\nanother    0      0s    <none>\nsettings   2      0s    app=shop,tier=back\n',
  );
  const columns = await world.tsmoby(['get', 'cm', '-L', 'app,tier', 'settings']);
  t.is(columns.stdout, 'NAME       DATA   AGE   APP    TIER\nsettings   2      0s    shop   back\n');
});

test('wide shows more columns', async (t) => {
  await using world = await openFilled();
  t.regex(
    (await world.tsmoby(['get', 'ctr', '-o', 'wide'])).stdout,
    /^NAME +READY +STATUS +RESTARTS +AGE +IP +IMAGE +PID /,
  );
});

test('nothing found is said on standard error, and is no failure', async (t) => {
  await using world = await openCliWorld();
  t.deepEqual(await world.tsmoby(['get', 'ctr']), {
    code: 0,
    stdout: '',
    stderr: 'No resources found in default namespace.\n',
  });
  t.is((await world.tsmoby(['get', 'ctr,img', '-A'])).stderr, 'No resources found\n');
  t.is((await world.tsmoby(['get', 'ctr', '--ignore-not-found'])).stderr, '');
});

test('what is not there is an error beside what is', async (t) => {
  await using world = await openFilled();
  const run = await world.tsmoby(['get', 'cm', 'settings', 'nope']);
  t.is(run.code, 1);
  t.regex(run.stdout, /^NAME .*\nsettings /);
  t.is(run.stderr, 'Error from server (NotFound): configmaps "nope" not found\n');
  t.deepEqual(await world.tsmoby(['get', 'cm/nope', '--ignore-not-found']), { code: 0, stdout: '', stderr: '' });
});

test('a mistyped kind gets a suggestion', async (t) => {
  await using world = await openCliWorld();
  const run = await world.tsmoby(['get', 'contaners']);
  t.deepEqual(
    [run.code, run.stderr],
    [1, `error: the server doesn't have a resource type "contaners"; did you mean "containers"?\n`],
  );
});

test('yaml and json hide managed fields unless they are asked for', async (t) => {
  await using world = await openFilled();
  const { stdout } = await world.tsmoby(['get', 'cm/settings', '-o', 'yaml']);
  t.regex(stdout, /^apiVersion: v1\ndata:\n {2}a: "1"\n {2}b: "2"\nkind: ConfigMap\nmetadata:\n/);
  t.notRegex(stdout, /managedFields/);
  t.regex((await world.tsmoby(['get', 'cm/settings', '-o', 'yaml', '--show-managed-fields'])).stdout, /managedFields/);
  const list = JSON.parse((await world.tsmoby(['get', 'cm', '-o', 'json'])).stdout) as {
    kind: string;
    items: unknown[];
  };
  t.deepEqual([list.kind, list.items.length], ['List', 2]);
});

test('templates and columns of the user’s own', async (t) => {
  await using world = await openFilled();
  const names = await world.tsmoby(['get', 'cm', '-o', 'jsonpath={.items[*].metadata.name}']);
  t.is(names.stdout, 'another settings');
  const columns = await world.tsmoby(['get', 'cm', '-o', 'custom-columns=NAME:.metadata.name,A:.data.a']);
  t.is(columns.stdout, 'NAME       A\nanother    <none>\nsettings   1\n');
});

test('rows can be sorted by any field', async (t) => {
  await using world = await openFilled();
  const run = await world.tsmoby(['get', 'cm', '--no-headers', '--sort-by', '{.data.a}']);
  t.deepEqual(
    run.stdout.split('\n').map((line) => line.split(' ')[0]),
    ['another', 'settings', ''],
  );
  const byName = await world.tsmoby(['get', 'ns', '-o', 'name', '--sort-by', '.metadata.name']);
  t.is(byName.stdout, 'namespace/default\nnamespace/kube-public\nnamespace/kube-system\n');
});

test('lists longer than a chunk come whole', async (t) => {
  await using world = await openCliWorld();
  const many = Array.from(
    { length: 7 },
    (_, at) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c${String(at)}"}}`,
  );
  await world.tsmoby(['apply', '-f', '-'], { stdin: many.join('\n') });
  const run = await world.tsmoby(['get', 'cm', '--chunk-size=3', '--no-headers']);
  t.is(run.stdout.split('\n').length, 8);
  t.is((await world.tsmoby(['get', 'cm', '--chunk-size=3', '-o', 'name'])).stdout.split('\n').length, 8);
});

for (const columns of [80, 40]) {
  test(`no line is longer than a terminal of ${String(columns)} columns, and names stay whole`, async (t) => {
    await using world = await openCliWorld();
    const long = 'a-rather-long-message-about-what-happened '.repeat(5);
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e1', namespace: 'default' },
      involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'x' },
      type: 'Warning',
      reason: 'Failed',
      message: long,
    };
    await world.api.plainClient().create(event);
    const { stdout } = await world.tsmoby(['get', 'events'], { columns });
    t.true(stdout.includes('…'));
    const lines = stdout.trimEnd().split('\n');
    t.true(columns < 80 || lines.every((line) => line.length <= columns), stdout);
    t.true((await world.tsmoby(['get', 'events'])).stdout.includes(long.trim()), 'a pipe gets everything');
  });
}

test('signs that would speak to the terminal are shown, not sent', async (t) => {
  await using world = await openCliWorld();
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e1', namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'x' },
    message: 'red \u001b[31m alert\nsecond line',
  };
  await world.api.plainClient().create(event);
  const { stdout } = await world.tsmoby(['get', 'events']);
  t.false(stdout.includes('\u001b'));
  t.true(stdout.includes('red ^[[31m alert...'));
});

test('-w shows what is there and then every change, until Ctrl-C', async (t) => {
  await using world = await openFilled();
  const stop = new AbortController();
  let seen = '';
  const watching = world.tsmoby(['get', 'cm', '-w', '--output-watch-events'], {
    signal: stop.signal,
    onOutput: (all) => (seen = all),
  });
  await eventually('the first table', () => seen.includes('settings'));
  await world.tsmoby(['patch', 'cm', 'another', '-p', '{"data":{"x":"y"}}']);
  await eventually('the change', () => seen.includes('MODIFIED'));
  await world.tsmoby(['delete', 'cm', 'another']);
  await eventually('the end', () => seen.includes('DELETED'));
  stop.abort();
  const { code, stdout } = await watching;
  t.is(code, 130);
  t.is(
    stdout,
    `EVENT      NAME       DATA   AGE
ADDED      another    0      0s
ADDED      settings   2      0s
MODIFIED   another    1      0s
DELETED    another    1      0s
`,
  );
});

test('-w of one object in yaml shows each version as a document', async (t) => {
  await using world = await openFilled();
  const stop = new AbortController();
  let seen = '';
  const watching = world.tsmoby(['get', 'cm/settings', '-w', '-o', 'name'], {
    signal: stop.signal,
    onOutput: (all) => (seen = all),
  });
  await eventually('the object', () => seen === 'configmap/settings\n');
  await world.tsmoby(['label', 'cm', 'settings', 'more=yes']);
  await eventually('its change', () => seen === 'configmap/settings\nconfigmap/settings\n');
  stop.abort();
  t.is((await watching).code, 130);
});
