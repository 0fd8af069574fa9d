import test from 'ava';
import { unmetLines } from '../../cli/wait/unmet-lines.ts';
import { findByTypedName } from '../../schemas/kinds.ts';
import { eventually } from '../support/eventually.ts';
import { openCliWorld, type CliWorld } from './world.ts';

const IMAGE = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image', namespace: 'default', name: 'i' } as const;

async function openWithImage(): Promise<CliWorld> {
  const world = await openCliWorld();
  const stdin = 'apiVersion: tsmoby.dev/v1alpha1\nkind: Image\nmetadata: {name: i}\nspec: {reference: x}\n';
  await world.tsmoby(['apply', '-f', '-'], { stdin });
  return world;
}

async function setReady(world: CliWorld, status: 'True' | 'False', observedGeneration = 1): Promise<void> {
  const ready = { type: 'Ready', status, observedGeneration, reason: 'PullFailed', message: 'no route to host' };
  const conditions = [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }];
  await world.api
    .plainClient()
    .patch(IMAGE, { status: { observedGeneration, conditions } }, { type: 'merge', subresource: 'status' });
}

test('wait ends when the condition comes', async (t) => {
  await using world = await openWithImage();
  const waiting = world.tsmoby(['wait', 'image/i', '--for=condition=Ready', '--timeout=60s']);
  await setReady(world, 'False');
  await setReady(world, 'True');
  t.deepEqual(await waiting, { code: 0, stdout: 'image.tsmoby.dev/i condition met\n', stderr: '' });
});

test('when the time is over, wait says what the object is instead', async (t) => {
  await using world = await openWithImage();
  await setReady(world, 'False');
  const run = await world.tsmoby(['wait', 'image', 'i', '--for=condition=Ready', '--timeout=0']);
  t.deepEqual(run, {
    code: 1,
    stdout: '',
    stderr:
      'error: timed out waiting for the condition on images/i\n  image.tsmoby.dev/i: Ready is False: PullFailed: no route to host\n',
  });
});

test('what a server never told is not taken for an absence', (t) => {
  const kind = findByTypedName('image');
  if (kind === undefined) throw new Error('Image is no kind');
  const late = { awaited: { kind, name: 'i' }, why: 'timeout', last: undefined } as const;
  const head = 'error: timed out waiting for the condition on images/i';
  t.deepEqual(unmetLines({ ...late, looked: false }), [head, '  the server has not answered in time']);
  t.deepEqual(unmetLines({ ...late, looked: true }), [head, '  image.tsmoby.dev/i is not there']);
});

test('a condition of an older generation does not count', async (t) => {
  await using world = await openWithImage();
  await setReady(world, 'True', 1);
  await world.tsmoby(['patch', 'image', 'i', '-p', '{"spec":{"reference":"y"}}']);
  const stale = await world.tsmoby(['wait', 'image/i', '--for=condition=Ready', '--timeout=0']);
  t.is(stale.code, 1);
  await setReady(world, 'True', 2);
  t.is((await world.tsmoby(['wait', 'image/i', '--for=condition=Ready', '--timeout=0'])).code, 0);
});

test('wait for a value at a path', async (t) => {
  await using world = await openWithImage();
  const waiting = world.tsmoby(['wait', 'image/i', '--for=jsonpath={.spec.reference}=z', '--timeout=60s']);
  await world.tsmoby(['patch', 'image', 'i', '-p', '{"spec":{"reference":"z"}}']);
  t.is((await waiting).stdout, 'image.tsmoby.dev/i condition met\n');
  t.is((await world.tsmoby(['wait', 'image/i', '--for=jsonpath={.spec.reference}', '--timeout=0'])).code, 0);
});

test('wait for what is not there yet, and until it is gone', async (t) => {
  await using world = await openCliWorld();
  const coming = world.tsmoby(['wait', 'cm/a', '--for=create', '--timeout=60s']);
  await world.tsmoby(['create', 'cm', 'a']);
  t.is((await coming).stdout, 'configmap/a condition met\n');
  const going = world.tsmoby(['wait', 'cm/a', '--for=delete', '--timeout=60s']);
  await world.tsmoby(['delete', 'cm', 'a']);
  t.is((await going).code, 0);
});

test('waiting for a condition of nothing fails at once', async (t) => {
  await using world = await openCliWorld();
  const run = await world.tsmoby(['wait', 'image/nope', '--for=condition=Ready', '--timeout=60s']);
  t.deepEqual(run, {
    code: 1,
    stdout: '',
    stderr: 'Error from server (NotFound): images.tsmoby.dev "nope" not found\n',
  });
  const none = await world.tsmoby(['wait', 'images', '--all', '--for=condition=Ready']);
  t.is(none.stderr, 'error: no matching resources found\n');
  t.is((await world.tsmoby(['wait', 'images', '--all', '--for=delete'])).code, 0);
});

test('Ctrl-C ends a wait quietly', async (t) => {
  await using world = await openWithImage();
  const stop = new AbortController();
  const waiting = world.tsmoby(['wait', 'image/i', '--for=condition=Ready', '--timeout=60s'], { signal: stop.signal });
  await eventually('the watch is open', () => true);
  stop.abort();
  t.deepEqual(await waiting, { code: 130, stdout: '', stderr: '' });
});

for (const [goal, complaint] of [
  ['', /you must say what to wait for/],
  ['Ready', /unrecognized condition: "Ready"/],
  ['condition=', /the name of the condition is missing/],
  ['jsonpath={.a}=', /a value must stand behind the =/],
] as const) {
  test(`--for=${goal} is refused`, async (t) => {
    await using world = await openCliWorld();
    const run = await world.tsmoby(['wait', 'cm/a', `--for=${goal}`]);
    t.is(run.code, 1);
    t.regex(run.stderr, complaint);
  });
}
