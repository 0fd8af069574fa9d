import test from 'ava';
import { BuilderWorld, DONE, RUNNING, WAITING } from './world.ts';

const SOCKET = '/fake/builders/own/buildkitd.sock';

for (const [title, status] of [
  ['begins on it', RUNNING],
  ['waits for it', WAITING],
] as const) {
  test(`a managed builder is not stopped for idleness when a Build ${title} in this moment`, async (t) => {
    const prepare = (world: BuilderWorld): void => {
      world.programs.programs = ['buildkitd'];
      world.builders.add(SOCKET);
    };
    await using world = await BuilderWorld.open({ prepare });
    const calls = (method: string): number => world.gate.calls.get(`builderPrograms.${method}`) ?? 0;
    await world.apply('own', { managed: true });
    await world.build('b', 'own', WAITING);
    await world.ready('own', 'True BuilderFound');
    await world.build('b', 'own', DONE);
    await world.quiet(580_000);
    // Whether it is needed is decided by then, and not yet that it ends.
    world.gate.setLatency('builderPrograms.running', 10_000);
    const looks = calls('running');
    await world.eventually('it is about to be stopped', () => calls('running') > looks, 500);
    await world.build('b', 'own', status);
    world.gate.setLatency('builderPrograms.running', 0);
    await world.quiet(30_000);
    const { status: now = {} } = await world.ready('own', 'True BuilderFound');
    t.is(now.endpoint, `unix://${SOCKET}`);
    t.is(calls('stop'), 0);
    t.is(calls('ensure'), 1);
  });
}
