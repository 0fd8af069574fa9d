import test, { type ExecutionContext } from 'ava';
import { probeKey } from '../../../controllers/container/probe-keys.ts';
import type { Container, ContainerStatus } from '../../../schemas/gen/types.ts';
import { ContainerWorld } from '../../support/container-world.ts';
import { LossyPorts } from '../../support/lossy-ports.ts';
import { turns } from '../../support/turns.ts';

const SPEC = {
  livenessProbe: { httpGet: { port: 80 } },
  readinessProbe: { httpGet: { port: 80 } },
  lifecycle: { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['bye'] } } },
};

/** One restart for its health, told as that, and a world that is right. */
async function checkRepaired(t: ExecutionContext, world: ContainerWorld, web: Container): Promise<void> {
  const { status } = await world.running('web', ({ restartCount = 0 }) => restartCount > 0);
  t.like(status, { restartCount: 1, crashCount: 1, started: true, ready: true });
  t.like(status?.lastState?.terminated, { reason: 'Unhealthy', message: 'HTTP 500', pid: web.status?.pid ?? 0 });
  t.deepEqual(world.instances(web), [`${world.only(web)} running`]);
  t.is(world.runtime.probes.list().length, 2);
  t.deepEqual(await world.costOfNothing(), []);
  await world.delete('web');
  await world.gone('web');
  await world.eventually('nothing is left', async () => (await world.holdings()).length === 0);
}

/** A container that runs, and is unhealthy from this on; `before`: what else is done just then. */
async function sicken(world: ContainerWorld, before: () => void): Promise<Container> {
  await world.apply('web', SPEC);
  const web = await world.running('web');
  await world.quiet();
  before();
  world.controls.answerProbe(probeKey(world.only(web), 'liveness'), 'failure', 'HTTP 500');
  return web;
}

/** As a process that is gone: it holds still before this call, and the next daemon begins anew. */
const STEPS: readonly (readonly [string, string, (status: Partial<ContainerStatus>) => unknown])[] = [
  ['it was written down that it is unhealthy', 'containers.kill', ({ ending }) => ending],
  ['its process has ended', 'containers.oomKills', ({ ending }) => ending],
  ['its end was written down', 'containers.deleteTask', ({ lastState }) => lastState?.terminated],
  ['the next run was made ready', 'containers.start', ({ state }) => state?.waiting],
];

const turn = turns(6);

for (const [title, call, reached] of STEPS) {
  test(`a daemon that dies after ${title} leaves the rest to the next one`, (t) =>
    turn(async () => {
      await using world = await ContainerWorld.open();
      const dies = () => world.controls.failNext(call, new Error('the daemon is dead'), 1_000_000);
      const web = await sicken(world, dies);
      await world.until(title, 'web', reached);
      await world.stop();
      world.controls.failNext(call, new Error('once more'), 1);
      world.controls.answerProbe(probeKey(world.only(web), 'liveness'), 'success');
      await world.start();
      await checkRepaired(t, world, web);
    }));
}

const CALLS = ['kill', 'get', 'oomKills', 'deleteTask', 'start'].map((name) => `containers.${name}`);

for (const call of [...CALLS, 'logs.drain', 'logs.open', 'sandboxes.ensure']) {
  for (const loss of ['before', 'after'] as const) {
    test(`a break ${loss} ${call} while an unhealthy one is repaired costs one more try`, (t) =>
      turn(async () => {
        const lossy = new LossyPorts();
        await using world = await ContainerWorld.open({ ports: lossy.wrap });
        const web = await sicken(world, () => lossy.failNext(call, loss));
        await world.until('is condemned', 'web', ({ ending, restartCount = 0 }) => ending ?? restartCount > 0);
        world.controls.answerProbe(probeKey(world.only(web), 'liveness'), 'success');
        await checkRepaired(t, world, web);
        t.false(lossy.isPending(call), 'the call was made');
      }));
  }
}
