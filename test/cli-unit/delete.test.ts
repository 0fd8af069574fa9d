import test from 'ava';
import { eventually } from '../support/eventually.ts';
import { openCliWorld } from './world.ts';

const CONFIG = (name: string, more = ''): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"${more}}}`;
const HELD = ',"finalizers":["example.com/hold"]';

test('delete says what it deleted, and what was not there is an error', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a') });
  const run = await world.tsmoby(['delete', 'cm', 'a', 'nope']);
  t.deepEqual(run, {
    code: 1,
    stdout: 'configmap "a" deleted\n',
    stderr: 'Error from server (NotFound): configmaps "nope" not found\n',
  });
  t.deepEqual(await world.tsmoby(['delete', 'cm/a', '--ignore-not-found']), { code: 0, stdout: '', stderr: '' });
});

test('delete -f deletes what apply -f made', async (t) => {
  await using world = await openCliWorld();
  const stdin = `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}\n${CONFIG('a', ',"namespace":"shop"')}\n${CONFIG('b')}`;
  await world.tsmoby(['apply', '-f', '-'], { stdin });
  const run = await world.tsmoby(['delete', '-f', '-', '--wait=false'], { stdin });
  t.deepEqual(run, {
    code: 0,
    stdout: 'configmap "a" deleted\nconfigmap "b" deleted\nnamespace "shop" deleted\n',
    stderr: '',
  });
});

test('delete waits until finalizers have let go', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a', HELD) });
  let done = false;
  const deleting = world.tsmoby(['delete', 'cm', 'a']).finally(() => (done = true));
  await eventually(
    'the deletion is asked for',
    async () => (await world.tsmoby(['get', 'cm', 'a', '-o', 'jsonpath={.metadata.deletionTimestamp}'])).stdout !== '',
  );
  t.false(done);
  await world.tsmoby(['patch', 'cm', 'a', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
  t.deepEqual(await deleting, { code: 0, stdout: 'configmap "a" deleted\n', stderr: '' });
});

test('an object of the same name that comes after it is not waited for', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a') });
  const run = await world.tsmoby(['delete', 'cm', 'a'], {
    onOutput: () => void world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a') }),
  });
  t.is(run.code, 0);
});

test('when the time is over, delete says what holds the object', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('a', HELD) });
  const run = await world.tsmoby(['delete', 'cm', 'a', '--timeout=3s']);
  t.is(run.code, 1);
  t.regex(
    run.stderr,
    /^error: timed out waiting for the condition on configmaps\/a\n {2}configmap\/a: is being deleted since .*, held by example\.com\/hold\n$/,
  );
});

test('selectors and --all choose, and without a choice nothing is deleted', async (t) => {
  await using world = await openCliWorld();
  const stdin = [CONFIG('a', ',"labels":{"x":"1"}'), CONFIG('b'), CONFIG('c')].join('\n');
  await world.tsmoby(['apply', '-f', '-'], { stdin });
  const none = await world.tsmoby(['delete', 'cm']);
  t.deepEqual([none.code, none.stdout], [1, '']);
  t.regex(none.stderr, /no name was specified: name objects, or use -l or --all/);
  t.is((await world.tsmoby(['delete', 'cm', '-l', 'x=1', '-o', 'name'])).stdout, 'configmap/a\n');
  t.is(
    (await world.tsmoby(['delete', 'cm', '--all', '--dry-run=server'])).stdout,
    'configmap "b" deleted (server dry run)\nconfigmap "c" deleted (server dry run)\n',
  );
  t.is((await world.tsmoby(['delete', 'cm', '--all'])).stdout, 'configmap "b" deleted\nconfigmap "c" deleted\n');
});
