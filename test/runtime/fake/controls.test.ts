import test from 'ava';
import { createFakeRuntime, type FakeRuntime } from '../../../runtime/fake/create.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { RuntimeEvent } from '../../../runtime/ports/events.ts';
import type { ImageRecord } from '../../../runtime/ports/images.ts';
import { instance } from '../spec/fixtures.ts';
import { createManualTime, type ManualTime } from './manual-time.ts';

const owner = { kind: 'Container', namespace: 'default', name: 'web', uid: 'uid' };
const reference = 'docker.io/library/busybox:1';
const run = { log: 'uid', run: 0 };
const limits = { maxBytes: 1e6, maxFiles: 2 };

interface World {
  readonly time: ManualTime;
  readonly runtime: FakeRuntime;
  readonly seen: string[];
  readonly image: ImageRecord;
}

async function setUp(): Promise<World> {
  const time = createManualTime();
  const runtime = createFakeRuntime({ clock: time, timers: time });
  const seen: string[] = [];
  runtime.events.subscribe((event: RuntimeEvent) => {
    seen.push(event.type === 'instance' ? `${event.topic} ${event.id}` : event.type);
  });
  runtime.controls.addImage(reference);
  const request = { name: 'image-1', owner, labels: {}, reference, platform: 'linux/amd64', insecure: false };
  const image = await runtime.images.pull(request, () => {});
  return { time, runtime, seen, image };
}

async function started(args: readonly string[]): Promise<World> {
  const world = await setUp();
  const { runtime, image, time } = world;
  const { chainId, manifestDigest, snapshotter } = image;
  await runtime.containers.create(instance(args, { root: { chainId, manifestDigest, snapshotter, readOnly: false } }));
  await runtime.containers.start('uid-1', await runtime.logs.open(run, limits));
  await time.advance(0);
  world.seen.length = 0;
  return world;
}

const taskOf = async ({ runtime }: World) => (await runtime.containers.get('uid-1'))?.task;

test('a program ends when its time is over, with its code, output and an event', async (t) => {
  const world = await started(['sh', '-c', 'echo hello; sleep 2; exit 3']);
  t.is((await taskOf(world))?.status, 'running');
  await world.time.advance(2000);
  t.like(await taskOf(world), { status: 'stopped', exitCode: 3, exitedAt: '2026-01-01T00:00:02.000000000Z' });
  t.deepEqual(world.seen, ['/tasks/exit uid-1']);
  t.is(await world.runtime.logs.tail(run, 10, 100), 'hello\n');
});

test('what happens behind the back is visible and told', async (t) => {
  const world = await started(['sleep', 'infinity']);
  world.runtime.controls.oom('uid-1');
  await world.time.advance(0);
  t.is(await world.runtime.containers.oomKills('uid-1'), 1);
  t.is((await taskOf(world))?.exitCode, 137);
  world.runtime.controls.deleteTask('uid-1');
  t.is(await taskOf(world), undefined);
  world.runtime.controls.deleteRecord('uid-1');
  t.is(await world.runtime.containers.get('uid-1'), undefined);
  await world.time.advance(0);
  t.deepEqual(
    world.seen.map((line) => line.split(' ')[0]),
    ['/tasks/oom', '/tasks/exit', '/tasks/delete', '/containers/delete'],
  );
});

test('while it is down its ports reject, ours go on, and connected is told afterwards', async (t) => {
  const world = await started(['sleep', 'infinity']);
  world.runtime.controls.setUnavailable(true);
  const error = await t.throwsAsync(world.runtime.containers.list(), { instanceOf: RuntimeError });
  t.is(error.code, 'Unavailable');
  t.deepEqual(await world.runtime.logs.list(), ['uid']);
  world.runtime.controls.exitTask('uid-1', 0);
  world.runtime.controls.setUnavailable(false);
  await world.time.advance(0);
  t.deepEqual(world.seen, ['disconnected', 'connected']);
  t.is((await taskOf(world))?.exitCode, 0);
});

test('a method fails as often as asked', async (t) => {
  const { runtime } = await setUp();
  const failure = new RuntimeError('ResourceExhausted', 'no space');
  runtime.controls.failNext('containers.list', failure, 2);
  t.is(await t.throwsAsync(runtime.containers.list()), failure);
  t.is(await t.throwsAsync(runtime.containers.list()), failure);
  t.deepEqual(await runtime.containers.list(), []);
});

test('mutating calls are counted, looking is not', async (t) => {
  const world = await started(['sleep', 'infinity']);
  const { runtime } = world;
  await runtime.volumes.project('key', [{ path: 'a', content: new Uint8Array(), mode: 0o644 }]);
  runtime.controls.resetCounters();
  await runtime.containers.list();
  await runtime.images.get('image-1');
  await runtime.volumes.project('key', [{ path: 'a', content: new Uint8Array(), mode: 0o644 }]);
  await runtime.sandboxes.list();
  t.is(runtime.controls.mutations, 0);
  t.is(runtime.controls.calls.get('containers.list'), 1);
  await runtime.containers.kill('uid-1', 15);
  t.is(runtime.controls.mutations, 1);
});

test('latency passes on the clock of the test, and a signal ends the wait', async (t) => {
  const { runtime, time } = await setUp();
  runtime.controls.setLatency('containers.list', 500);
  let answered = false;
  const listing = runtime.containers.list().then(() => (answered = true));
  await time.advance(400);
  t.false(answered);
  await time.advance(100);
  await listing;
  t.true(answered);
  const aborted = runtime.containers.list(AbortSignal.abort());
  t.is((await t.throwsAsync(aborted, { instanceOf: RuntimeError })).code, 'Cancelled');
});

test('a moved tag has another digest; another tag of the same content has the same', async (t) => {
  const { runtime, image } = await setUp();
  const request = { name: 'x', owner, labels: {}, platform: 'linux/amd64', insecure: false };
  runtime.controls.addImage(`${reference}.36`);
  t.is((await runtime.images.resolve({ ...request, reference: `${reference}.36` })).digest, image.digest);
  runtime.controls.addImage(reference, { version: 2 });
  t.not((await runtime.images.resolve({ ...request, reference })).digest, image.digest);
});

test('signals that a program ignores do nothing, SIGKILL always does', async (t) => {
  const world = await started(['sh', '-c', "trap '' TERM; while true; do sleep 1; done"]);
  await world.runtime.containers.kill('uid-1', 15);
  t.is((await taskOf(world))?.status, 'running');
  await world.runtime.containers.kill('uid-1', 9);
  t.is((await taskOf(world))?.exitCode, 137);
});

test('a log is followed until it is drained', async (t) => {
  const world = await started(['sleep', 'infinity']);
  const lines: string[] = [];
  const reading = (async () => {
    for await (const piece of world.runtime.logs.read(run, { follow: true })) lines.push(Buffer.from(piece).toString());
  })();
  world.runtime.controls.print(run, 'stdout', 'one\ntw');
  await world.time.advance(0);
  t.deepEqual(lines, ['one\n']);
  world.runtime.controls.print(run, 'stdout', 'o\nrest');
  await world.runtime.logs.drain(run);
  await reading;
  t.deepEqual(lines, ['one\n', 'two\n', 'rest']);
});

test('an image whose content was removed behind its record fails verification, and nothing is made from it', async (t) => {
  const { runtime, image } = await setUp();
  t.true(await runtime.images.verify(image));
  runtime.controls.damageImage('image-1');
  t.false(await runtime.images.verify(image));
  const { chainId, manifestDigest, snapshotter } = image;
  const spec = instance(['true'], { root: { chainId, manifestDigest, snapshotter, readOnly: false } });
  const error = await t.throwsAsync(runtime.containers.create(spec), { instanceOf: RuntimeError });
  t.is(error.reason, 'ImageNotUnpacked');
  const request = { name: 'image-1', owner, labels: {}, reference, platform: 'linux/amd64', insecure: false };
  await runtime.images.pull(request, () => {});
  await runtime.containers.create(spec);
  t.is((await runtime.containers.list()).length, 1);
});

test('a command that is not in the image leaves no task', async (t) => {
  const { runtime, image } = await setUp();
  const { chainId, manifestDigest, snapshotter } = image;
  const root = { chainId, manifestDigest, snapshotter, readOnly: false };
  await runtime.containers.create(instance(['/no/such'], { root }));
  const stdio = await runtime.logs.open(run, limits);
  const error = await t.throwsAsync(runtime.containers.start('uid-1', stdio), { instanceOf: RuntimeError });
  t.is(error.code, 'InvalidArgument');
  t.is(error.reason, 'CommandNotFound');
  t.is((await runtime.containers.get('uid-1'))?.task, undefined);
});
