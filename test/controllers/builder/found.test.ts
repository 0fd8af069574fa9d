import test from 'ava';
import { BuilderWorld, messageOf, readyText, WAITING } from './world.ts';

const BUILDKITD = { type: 'unix', path: '/run/buildkit/buildkitd.sock' } as const;
const DOCKERD = { type: 'docker', path: '/var/run/docker.sock' } as const;
const OLD = { landing: 'DockerArchive' } as const;

type Prepare = (world: BuilderWorld) => void;
const both: Prepare = ({ programs, builders }) => {
  programs.sockets = [BUILDKITD, DOCKERD];
  programs.programs = ['dockerd'];
  builders.add(BUILDKITD.path);
  builders.add(DOCKERD.path);
};

const found = async (prepare: Prepare): Promise<string> => {
  await using world = await BuilderWorld.open({ withDefault: true, prepare });
  const { status } = await world.until('default', (status) => readyText(status).startsWith('True'));
  return [status?.type, status?.endpoint].join(' ').trim();
};

test('the default builder is buildkitd where it answers', async (t) => {
  t.is(await found(both), 'Buildkitd unix:///run/buildkit/buildkitd.sock');
});

test('the default builder is dockerd where only that answers', async (t) => {
  const prepare: Prepare = (world) => {
    both(world);
    world.builders.remove(BUILDKITD.path);
  };
  t.is(await found(prepare), 'Dockerd docker:///var/run/docker.sock');
});

test('a program that tsmoby runs is better than a dockerd with its old store, and that is better than a Container', async (t) => {
  const old: Prepare = (world) => {
    world.programs.sockets = [DOCKERD];
    world.builders.add(DOCKERD.path, OLD);
  };
  t.is(await found(old), 'Dockerd docker:///var/run/docker.sock');
  const prepare: Prepare = (world) => {
    old(world);
    world.programs.programs = ['dockerd'];
  };
  t.is(await found(prepare), 'Managed (dockerd)');
});

test('where nothing is, it would be a Container, and a builder that comes later is found', async (t) => {
  await using world = await BuilderWorld.open({ withDefault: true });
  const idle = await world.ready('default', 'True BuilderIdle');
  t.is(idle.status?.type, 'Managed (container)');
  t.is(messageOf(idle), 'buildkitd in a Container is started when a Build needs it');
  world.builders.add(DOCKERD.path);
  world.programs.sockets = [DOCKERD];
  const { status } = await world.ready('default', 'True BuilderFound', 1000);
  t.is(status?.type, 'Dockerd');
  t.true((await world.events('default')).includes('BuilderFound'));
});

test('what was found stays chosen while it comes and goes, and another one is taken when it is gone for long', async (t) => {
  await using world = await BuilderWorld.open({ withDefault: true, prepare: both });
  await world.ready('default', 'True BuilderFound');
  world.builders.remove(BUILDKITD.path);
  await world.ready('default', 'False BuilderUnavailable');
  await world.time.pass(20_000);
  world.builders.add(BUILDKITD.path);
  t.is((await world.ready('default', 'True BuilderFound')).status?.type, 'Buildkitd');
  world.builders.remove(BUILDKITD.path);
  const { status } = await world.until('default', ({ type }) => type === 'Dockerd', 1000);
  t.is(status?.endpoint, 'docker:///var/run/docker.sock');
  world.builders.add(BUILDKITD.path);
  await world.quiet(120_000);
  t.is((await world.ready('default', 'True BuilderFound')).status?.type, 'Dockerd');
});

test('the next daemon keeps what was found', async (t) => {
  await using world = await BuilderWorld.open({ withDefault: true, prepare: both });
  world.builders.remove(BUILDKITD.path);
  await world.until('default', ({ type }) => type !== undefined);
  await world.stop();
  world.builders.add(BUILDKITD.path);
  await world.start();
  await world.quiet(5000);
  t.is((await world.ready('default', 'True BuilderFound')).status?.type, 'Dockerd');
});

test('a program that was chosen and is run stays, whatever comes', async (t) => {
  const prepare: Prepare = (world) => {
    world.programs.programs = ['buildkitd'];
    world.builders.add('/fake/builders/default/buildkitd.sock');
  };
  await using world = await BuilderWorld.open({ withDefault: true, prepare });
  await world.ready('default', 'True BuilderIdle');
  await world.build('b', 'default', WAITING);
  await world.ready('default', 'True BuilderFound');
  both(world);
  await world.quiet(60_000);
  t.is((await world.ready('default', 'True BuilderFound')).status?.type, 'Managed (buildkitd)');
});
