/** Several Builds at once: whose turn it is, and who has what both want. */
import test from 'ava';
import { BuildWorld, conditionOf } from '../../support/build-world.ts';

test('one Builder builds so many at once as it may, the others in the order in which they came', async (t) => {
  await using world = await BuildWorld.open({ noBuilder: true });
  await world.addBuilder('default', { maxParallelBuilds: 2 });
  world.builders.script = () => undefined;
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await world.apply(name, { target: name });
    await world.until('looked at', name, (build) =>
      ['Building', 'BuildPending'].includes(conditionOf(build, 'Ready')?.reason ?? ''),
    );
  }
  t.is(world.builders.running.length, 2);
  const pending = await world.because('d', 'BuildPending');
  t.is(conditionOf(pending, 'Ready')?.message, 'Builder default is at 2 of 2 builds, and 1 others wait before it');
  await world.delete('c');
  await world.gone('c');
  const order = (): (string | undefined)[] => world.builders.builds.map(({ request }) => request.target);
  world.builders.builds[0]?.succeed();
  await world.eventually('the next one', () => order().length === 3);
  world.builders.builds[1]?.succeed();
  await world.eventually('the last one', () => order().length === 4);
  t.deepEqual(order(), ['a', 'b', 'd', 'e']);
});

test('two Builds of one key are never built at once', async (t) => {
  await using world = await BuildWorld.open();
  world.builders.script = () => undefined;
  await world.apply('a');
  await world.because('a', 'Building');
  await world.apply('b');
  const pending = await world.because('b', 'BuildPending');
  t.is(conditionOf(pending, 'Ready')?.message, 'Build default/a is building the same');
  await world.apply('c', { target: 'other' });
  await world.because('c', 'Building');
  world.builders.builds[0]?.succeed();
  await world.because('b', 'Building');
  t.is(world.builders.builds.length, 3);
});

test('of two Builds that push one reference the older one has it, and the other one when that goes', async (t) => {
  await using world = await BuildWorld.open();
  // Most of these come in one second, and uids are in no order.
  for (const pair of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const reference = `registry.example.com/${pair}:1`;
    const outputs = [{ image: {} }, { push: { reference } }];
    const [first, second] = [`${pair}-first`, `${pair}-second`];
    await world.apply(first, { outputs, target: pair });
    await world.built(first, 1);
    t.like(world.builders.last.request.outputs[1], { type: 'push', reference });
    await world.apply(second, { outputs, target: `${pair}-x` });
    const taken = await world.because(second, 'ReferenceTaken');
    t.true(conditionOf(taken, 'Stalled')?.message.includes(`Build default/${first} pushes to ${reference}`));
    await world.delete(first);
    await world.built(second, 1);
  }
});
