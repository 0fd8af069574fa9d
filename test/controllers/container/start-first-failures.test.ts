/** Every call of the runtime that a replacement makes fails once, or a daemon ends at it: what follows is the same. */
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import type { ContainerWorld } from '../../support/container-world.ts';
import { drained, leadsTo, open, version } from './start-first-world.ts';

const LIFECYCLE = { preStop: { exec: { command: ['bye'] } }, postStart: { exec: { command: ['hello'] } } };
const spec = (n: number) => version(n, { lifecycle: LIFECYCLE });

async function openWithHooks() {
  const opened = await open({ lifecycle: LIFECYCLE });
  opened.world.controls.resetCounters();
  return opened;
}

/** `<port>.<method>` of every call that a replacement makes. */
async function callsOfReplacement(): Promise<readonly string[]> {
  const { world } = await openWithHooks();
  await using _ = world;
  await world.apply('web', spec(2));
  await drained(world);
  return [...world.controls.calls.keys()].toSorted();
}

function checkEnd(world: ContainerWorld, object: Container): readonly string[] {
  const id = world.only(object);
  return [world.controls.instance(id)?.spec.process.args.join(' ') ?? '', leadsTo(world, object) ?? ''];
}

test.serial('each call fails once, and the new one serves in the end, and nothing is left', async (t) => {
  const calls = await callsOfReplacement();
  t.true(calls.length > 15, calls.join());
  for (const [index, call] of calls.entries()) {
    // Trouble that passes by itself, and trouble that nobody knows.
    const code = index % 2 === 0 ? 'Unavailable' : 'Internal';
    const { world } = await openWithHooks();
    await using _ = world;
    world.controls.failNext(call, new RuntimeError(code, 'made to fail'));
    await world.apply('web', spec(2));
    const after = await drained(world);
    const generation = after.status?.sandboxGeneration ?? 0;
    t.deepEqual(checkEnd(world, after), ['sleep 2000', `${after.metadata.uid}.${generation}`], `${call} ${code}`);
    t.deepEqual(await world.runtime.sandboxes.list(), [`${after.metadata.uid}.${generation}`], `${call} ${code}`);
    t.is(after.status?.update, undefined, call);
    await world.delete('web');
    await world.gone('web');
    const left = await world.eventually('nothing is left', async () => {
      const holdings = (await world.holdings()).filter((what) => !what.startsWith('images'));
      return holdings.length === 0 ? 'nothing' : undefined;
    });
    t.is(left, 'nothing', `${call} ${code}`);
  }
});

test.serial('a daemon ends as each call fails, and the next one finishes what was begun', async (t) => {
  for (const call of await callsOfReplacement()) {
    const { world } = await openWithHooks();
    await using _ = world;
    world.controls.failNext(call, new RuntimeError('Unavailable', 'the daemon ends'), 1000);
    await world.apply('web', spec(2));
    const before = world.controls.calls.get(call) ?? 0;
    await world.eventually('it is called', () => (world.controls.calls.get(call) ?? 0) > before);
    await world.stop();
    world.controls.failNext(call, new RuntimeError('Unavailable', 'the daemon ends'), 0);
    await world.start();
    const after = await drained(world);
    const generation = after.status?.sandboxGeneration ?? 0;
    t.deepEqual(checkEnd(world, after), ['sleep 2000', `${after.metadata.uid}.${generation}`], call);
    t.deepEqual(await world.runtime.sandboxes.list(), [`${after.metadata.uid}.${generation}`], call);
  }
});
