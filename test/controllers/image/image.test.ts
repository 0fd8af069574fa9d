import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Image } from '../../../schemas/gen/types.ts';
import {
  conditionOf,
  conditionsText,
  ContainerWorld,
  IMAGE,
  isReady,
  ref,
  SECRET,
} from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const declare = (world: ContainerWorld, name: string, spec: Image['spec']): Promise<Image> =>
  world.user.apply<Image>(
    { ...IMAGE, metadata: { name, namespace: 'default' }, spec },
    { fieldManager: 'test', force: true },
  );

const waitsFor = (reason: string) => (image: Image) => conditionOf(image, 'Reconciling')?.reason === reason;

test('an Image is pulled under its uid, says what it is, and then costs nothing', async (t) => {
  await using world = await ContainerWorld.open();
  const { metadata } = await declare(world, 'app', { reference: 'app:1' });
  const { status } = await world.image('app', isReady);
  t.like(status, {
    reference: 'docker.io/library/app:1',
    recordName: `tsmoby.dev/image/${metadata.uid}`,
    size: '1.0 kB',
  });
  t.is(status?.progress, undefined);
  await world.quiet();
  t.is(conditionsText(await world.image('app', isReady)), 'Ready=True Pulled');
  t.deepEqual(await world.costOfNothing(), []);
});

test('an archive is loaded', async (t) => {
  await using world = await ContainerWorld.open();
  world.controls.addArchive('/images/app.tar');
  await declare(world, 'app', { archive: { path: '/images/app.tar' } });
  const image = await world.image('app', isReady);
  t.is(conditionOf(image, 'Ready')?.reason, 'Loaded');
  t.is(image.status?.reference, 'archive.local/default/app:latest');
});

test('a deleted Image takes its record along', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'app', { reference: 'app:1' });
  await world.image('app', isReady);
  await world.user.delete(ref(IMAGE, 'app'));
  await world.eventually('it is gone', async () => (await world.find(ref(IMAGE, 'app'))) === undefined);
  t.deepEqual(await world.holdings(), []);
});

test('a record that somebody deletes or damages is fetched again', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'app', { reference: 'app:1' });
  const { status } = await world.image('app', isReady);
  const name = status?.recordName ?? '';
  world.controls.deleteImage(name);
  await world.eventually('it is back', () => world.runtime.images.records.has(name));
  await world.image('app', isReady);
  world.controls.damageImage(name);
  world.runtime.events.emit({ type: 'image', name, topic: '/images/update' });
  await world.eventually('it is whole', () => !world.runtime.images.damaged.has(name));
  await world.image('app', isReady);
  t.deepEqual(await world.costOfNothing(), []);
});

test('an image that the registry does not have is asked for ever more seldom, and found when it comes', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await declare(world, 'app', { reference: 'none:1' });
  const image = await world.image('app', waitsFor('ErrImagePull'));
  t.is(conditionsText(image), 'Ready=False ErrImagePull, Reconciling=True ErrImagePull');
  t.regex(conditionOf(image, 'Ready')?.message ?? '', /docker\.io\/library\/none:1/);
  world.controls.resetCounters();
  await time.pass(60_000);
  const pulls = world.controls.calls.get('images.pull') ?? 0;
  t.true(pulls >= 4 && pulls <= 6, `${pulls} in a minute`);
  world.controls.addImage('docker.io/library/none:1');
  await world.eventually('it is here', async () => isReady(await world.image('app', () => true)), 2000);
  t.is(conditionsText(await world.image('app', isReady)), 'Ready=True Pulled');
});

test('a Secret that comes, or is put right, is used at once', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  const { user, controls } = world;
  controls.addImage('docker.io/library/private:1', { credentials: { username: 'u', password: 'hunter2' } });
  await declare(world, 'app', { reference: 'private:1', imagePullSecrets: [{ name: 'pull' }] });
  await world.image('app', waitsFor('SecretNotFound'));
  t.is(controls.calls.get('images.pull'), undefined);
  const data = (password: string) => ({
    '.dockerconfigjson': base64(JSON.stringify({ auths: { 'docker.io': { auth: base64(`u:${password}`) } } })),
  });
  const secret = { ...SECRET, metadata: { name: 'pull', namespace: 'default' }, data: data('wrong-secret') };
  await user.create(secret);
  const refused = await world.image('app', waitsFor('ErrImagePull'));
  t.notRegex(JSON.stringify(refused), /wrong-secret/);
  // Long before the next try.
  const before = time.now();
  await user.patch(ref(SECRET, 'pull'), { data: data('hunter2') }, { type: 'merge' });
  await world.image('app', isReady);
  t.true(time.now() - before < 1000);
});

test('an older content stays ready while a newer one cannot be had', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await declare(world, 'app', { reference: 'app:1' });
  const before = await world.image('app', isReady);
  await world.apply('web', { imageFrom: { kind: 'Image', name: 'app' } });
  await world.running('web');
  await declare(world, 'app', { reference: 'none:1' });
  const failing = await world.image('app', waitsFor('ErrImagePull'));
  t.is(conditionsText(failing), 'Ready=True Pulled, Reconciling=True ErrImagePull');
  t.like(failing.status, { digest: before.status?.digest ?? '', reference: 'docker.io/library/app:1' });
  await time.pass(2000);
  await world.apply('late', { imageFrom: { kind: 'Image', name: 'app' } });
  await world.running('late');
  t.is((await world.get('web')).status?.restartCount, 0);

  // But by its new reference nobody gets the old content.
  await world.apply('wrong', { image: 'none:1' });
  const wrong = await world.until('waits', 'wrong', ({ summary }) => summary === 'ErrImagePull');
  t.deepEqual(world.instances(wrong), []);

  world.controls.addImage('docker.io/library/none:1', { version: 2 });
  await world.eventually(
    'it is followed',
    async () => {
      const { status } = await world.get('web');
      return status?.restartCount === 1 && status.state?.running;
    },
    2000,
  );
});

test('a spec that goes back and forth ends with what it says last', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.addImage('docker.io/library/other:1');
  await declare(world, 'app', { reference: 'app:1' });
  const before = await world.image('app', isReady);
  world.controls.setLatency('images.pull', 5000);
  await declare(world, 'app', { reference: 'other:1' });
  await world.image('app', waitsFor('ImagePulling'));
  await declare(world, 'app', { reference: 'app:1' });
  const after = await world.image('app', (image) => isReady(image) && image.status?.observedGeneration === 3);
  await time.pass(20_000);
  t.is((await world.image('app', isReady)).status?.digest, before.status?.digest);
  t.is(conditionsText(after), 'Ready=True Pulled');
});

test('a registry that hangs keeps no other Image waiting, and an Image that waits for it can go', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.setLatency('images.pull', 3_600_000);
  for (let number = 1; number <= 10; number += 1)
    await declare(world, `hangs-${number}`, { reference: `hangs:${number}` });
  await world.eventually('eight hang', () => world.controls.calls.get('images.pull') === 8);
  world.controls.addArchive('/a.tar');
  for (const name of ['hangs-1', 'hangs-10']) {
    await world.user.delete(ref(IMAGE, name));
    await world.eventually(`${name} is gone`, async () => (await world.find(ref(IMAGE, name))) === undefined);
  }
  await declare(world, 'archive', { archive: { path: '/a.tar' } });
  await world.user.delete(ref(IMAGE, 'hangs-2'));
  await world.image('archive', isReady);
  t.pass();
});

test('content that is never whole is not fetched again and again', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  const { images } = world.runtime;
  const verify = images.verify.bind(images);
  images.verify = async (record, signal) => {
    await verify(record, signal);
    return false;
  };
  await declare(world, 'app', { reference: 'app:1' });
  const image = await world.image('app', waitsFor('ErrImagePull'));
  t.is(conditionOf(image, 'Ready')?.status, 'False');
  world.controls.resetCounters();
  await time.pass(30_000);
  t.true((world.controls.calls.get('images.pull') ?? 0) <= 6);
});

const STALLED: Readonly<Record<string, readonly [Image['spec'], Error | undefined, string]>> = {
  'a reference that is none': [{ reference: 'UPPER/Case' }, undefined, 'InvalidImageName'],
  'an image in a format that is not supported': [
    { reference: 'app:1' },
    new RuntimeError('Unsupported', 'schema 1 manifests are not supported', { reason: 'UnsupportedImage' }),
    'UnsupportedImage',
  ],
};

for (const [what, [spec, failure, reason]] of Object.entries(STALLED)) {
  test(`${what} stalls the Image until its spec changes`, async (t) => {
    await using world = await ContainerWorld.open();
    if (failure !== undefined) world.controls.failNext('images.pull', failure);
    await declare(world, 'app', spec);
    const image = await world.image('app', (each) => conditionOf(each, 'Stalled'));
    t.is(conditionsText(image), `Ready=False ${reason}, Stalled=True ${reason}`);
    t.deepEqual(await world.costOfNothing(), []);
    world.controls.addImage('docker.io/library/good:1');
    await declare(world, 'app', { reference: 'good:1' });
    t.is(conditionsText(await world.image('app', isReady)), 'Ready=True Pulled');
  });
}

test('policy Never takes what is there, and fetches nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await declare(world, 'app', { reference: 'app:1', pullPolicy: 'Never' });
  const image = await world.image('app', waitsFor('ErrImageNeverPull'));
  t.is(conditionOf(image, 'Ready')?.status, 'False');
  t.is(world.controls.calls.get('images.pull'), undefined);
});
