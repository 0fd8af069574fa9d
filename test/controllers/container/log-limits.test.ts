import test from 'ava';
import { ContainerWorld, type FakePorts } from '../../support/container-world.ts';

interface Opened {
  readonly run: number;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** A world that writes down which limits logs are opened with. */
async function openWorld(): Promise<{ readonly world: ContainerWorld; readonly opened: Opened[] }> {
  const opened: Opened[] = [];
  const world = await ContainerWorld.open({
    ports: (runtime): FakePorts => ({
      ...runtime,
      logs: new Proxy(runtime.logs, {
        get(target, name) {
          if (name === 'open') {
            return async (...[run, limits]: Parameters<FakePorts['logs']['open']>) => {
              const paths = await target.open(run, limits);
              opened.push({ run: run.run, ...limits });
              return paths;
            };
          }
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      }),
    }),
  });
  return { world, opened };
}

const DEFAULT = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };

test('changed log limits reach the process that runs, once and without a restart', async (t) => {
  const { world, opened } = await openWorld();
  await using _ = world;
  await world.apply('web');
  const before = await world.running('web');
  await world.apply('web', { logging: { maxSize: '64Ki', maxFiles: 2 } });
  await world.eventually('they are handed over', () => opened.length > 1);
  await world.apply('web', { logging: { maxSize: '64Ki', maxFiles: 2 }, stdinOnce: true });
  await world.apply('web', { stdinOnce: true });
  await world.eventually('the old ones are back', () => opened.length > 2);
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual(opened, [
    { run: 0, ...DEFAULT },
    { run: 0, maxBytes: 65_536, maxFiles: 2 },
    { run: 0, ...DEFAULT },
  ]);
  t.like((await world.get('web')).status, { pid: before.status?.pid ?? 0, restartCount: 0 });
});

test('a change while no daemon ran reaches it too, and a daemon that comes up hands over limits once', async (t) => {
  const { world, opened } = await openWorld();
  await using _ = world;
  await world.apply('web');
  const before = await world.running('web');
  await world.quiet();
  await world.stop();
  await world.apply('web', { logging: { maxFiles: 9 } });
  opened.length = 0;
  await world.start();
  await world.eventually('they are handed over', () => opened.length > 0);
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual(opened, [{ run: 0, ...DEFAULT, maxFiles: 9 }]);
  t.like((await world.get('web')).status, { pid: before.status?.pid ?? 0, restartCount: 0 });
});

test('limits that cannot be handed over say nothing against the Container, and are tried again', async (t) => {
  const { world, opened } = await openWorld();
  await using _ = world;
  await world.apply('web');
  await world.running('web');
  world.controls.failNext('logs.open', new Error('not now'), 2);
  const { metadata } = await world.apply('web', { logging: { maxFiles: 9 } });
  await world.eventually('they are handed over', () => opened.length > 1);
  await world.running('web', ({ observedGeneration }) => observedGeneration === metadata.generation);
  t.deepEqual(opened.at(-1), { run: 0, ...DEFAULT, maxFiles: 9 });
  t.deepEqual(await world.costOfNothing(), []);
});

test('what runs on until something can take its place keeps the limits of its own spec', async (t) => {
  const { world, opened } = await openWorld();
  await using _ = world;
  await world.apply('web');
  await world.running('web');
  const dependsOn = [{ kind: 'Container', name: 'nobody' }];
  await world.apply('web', { command: ['other'], dependsOn, logging: { maxFiles: 9 } });
  await world.until('waits', 'web', ({ summary }) => summary === 'DependencyNotReady');
  t.deepEqual(await world.costOfNothing(), []);
  t.deepEqual(opened, [{ run: 0, ...DEFAULT }]);
});
