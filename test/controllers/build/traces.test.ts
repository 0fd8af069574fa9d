/** What Builds leave behind, and what is taken away of it when. */
import { once } from 'node:events';
import test from 'ava';
import { Jobs, type BuildDone } from '../../../controllers/build/jobs.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import { BuildWorld } from '../../support/build-world.ts';

test('a result that was kept and is damaged goes when it is wanted again', async (t) => {
  await using world = await BuildWorld.open();
  await world.apply('app', { target: 'one' });
  const { status } = await world.built('app', 1);
  await world.apply('app', { target: 'two' });
  await world.built('app', 2);
  await world.stop();
  const damaged = status?.recordName ?? '';
  const verify = world.runtime.images.verify.bind(world.runtime.images);
  world.runtime.images.verify = async (record) => record.name !== damaged && (await verify(record));
  await world.start();
  await world.apply('app', { target: 'one' });
  const again = await world.built('app', 3);
  t.deepEqual(
    again.status?.history?.map(({ number }) => number),
    [3, 2],
  );
  t.false(world.runtime.images.records.has(damaged));
});

test('what was brought here for contexts that are no longer named goes', async (t) => {
  await using world = await BuildWorld.open();
  world.runtime.controls.addArchive('/layout');
  const http = { url: 'https://example.com/a.tar' };
  world.contexts.remotes.set(http.url, { files: { a: 'x' }, revision: 'r' });
  const kept = { name: 'kept', http };
  await world.apply('app', {
    contexts: [kept, { name: 'gone', http }, { name: 'layout', ociLayout: { path: '/layout' } }],
  });
  await world.built('app', 1);
  const traces = () => [
    ...[...world.runtime.images.records.keys()].filter((name) => name.includes('/layout-')),
    ...[...world.contexts.directories.keys()].filter((path) => path.startsWith('/fake/contexts/')),
  ];
  t.is(traces().length, 4);
  await world.apply('app', { contexts: [kept] });
  await world.built('app', 2);
  t.is(traces().length, 2);
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('a build of an object that went without its finalizer is none of the next one of its name', async (t) => {
  const jobs = new Jobs({ now: () => 0 }, systemTimers);
  const place = { [Symbol.dispose]: () => undefined };
  const work = async (_tell: unknown, signal: AbortSignal): Promise<BuildDone> => {
    await once(signal, 'abort');
    throw signal.reason;
  };
  jobs.start('default/app', { uid: 'one', number: 1, buildKey: 'k' }, place, work);
  await jobs.endFormer('default/app', 'one');
  t.is(jobs.get('default/app')?.state.type, 'running');
  await jobs.endFormer('default/app', 'two');
  t.is(jobs.get('default/app'), undefined);
});
