import test from 'ava';
import { givenBuildkitd } from '../../support/buildkit/available.ts';
import { commonTraces } from '../../support/buildkit/traces.ts';
import { eventually } from '../../support/eventually.ts';
import { builderProgramsSuite } from '../../suites/builder-programs.ts';
import { buildByDockerd, workerOf } from './ask.ts';
import { openProgramsWorld, type RealProgramsWorld } from './programs-world.ts';

const FILES = 'FROM scratch\nCOPY bin/busybox /bin/busybox\n';
const BUILDS = `${FILES}RUN ["/bin/busybox", "touch", "/made"]\n`;
const SLEEPS = `${FILES}RUN ["/bin/busybox", "sleep", "600"]\n`;
const MADE = /"moby.image.id"/;

const dockerd = (): Promise<RealProgramsWorld> => openProgramsWorld('dockerd');
const { binary, why } = givenBuildkitd();
const WORLDS: (readonly [string, () => Promise<RealProgramsWorld>])[] = [['dockerd', dockerd]];
if (why === undefined) WORLDS.push(['buildkitd', () => openProgramsWorld('buildkitd', binary)]);
else test.skip(`buildkitd as a managed builder (skipped: ${why})`, () => undefined);

for (const [name, open] of WORLDS) {
  builderProgramsSuite((title, run) => test(`${name}: ${title}`, run), open);

  test(`${name}: it answers, also after it was killed, and keeps what it is`, async (t) => {
    await using world = await open();
    const endpoint = await world.programs.ensure('one', world.program);
    const worker = await workerOf(endpoint);
    t.truthy(worker);
    await world.kill('one');
    await world.programs.ensure('one', world.program);
    t.is(await workerOf(endpoint), worker);
    await world.programs.stop('one');
    await t.throwsAsync(workerOf(endpoint));
    await world.programs.ensure('one', world.program);
    t.is(await workerOf(endpoint), worker);
  });

  test(`${name}: removed, there is no trace of it`, async (t) => {
    await using world = await open();
    const before = await commonTraces();
    await world.programs.ensure('one', world.program);
    t.true((await world.traces()).length > 0);
    await world.programs.remove('one');
    t.deepEqual(await world.traces(), []);
    t.deepEqual(await commonTraces(), before);
  });

  test(`${name}: a name that is long is as good as a short one`, async (t) => {
    await using world = await open();
    const long = `${'a'.repeat(60)}.b--c`;
    t.truthy(await workerOf(await world.programs.ensure(long, world.program)));
    t.deepEqual(await world.programs.list(), [long]);
    await world.programs.remove(long);
    t.deepEqual(await world.programs.list(), []);
  });
}

const socketOf = async ({ programs, program }: RealProgramsWorld): Promise<string> =>
  ((await programs.ensure('one', program)) as { readonly path: string }).path;

test('dockerd: it builds, and a step that ran when it was killed is ended before it is run again', async (t) => {
  await using world = await dockerd();
  const path = await socketOf(world);
  t.regex(await buildByDockerd(path, BUILDS), MADE);
  const lost = buildByDockerd(path, SLEEPS).catch((error: unknown) => error);
  await eventually('the step runs', async () => (await world.steps()).length > 0);
  await world.kill('one');
  t.true((await lost) instanceof Error);
  await socketOf(world);
  t.deepEqual(await world.steps(), []);
  t.regex(await buildByDockerd(path, BUILDS), MADE);
  await world.programs.remove('one');
  t.deepEqual(await world.traces(), []);
});

test('dockerd: stopped in the middle of a step, nothing of it runs on', async (t) => {
  await using world = await dockerd();
  const lost = buildByDockerd(await socketOf(world), SLEEPS).catch((error: unknown) => error);
  await eventually('the step runs', async () => (await world.steps()).length > 0);
  await world.programs.stop('one');
  t.deepEqual(await world.steps(), []);
  t.truthy(await lost);
});

test('dockerd: it builds on when containerd was killed and has come again', async (t) => {
  await using world = await dockerd();
  const path = await socketOf(world);
  t.regex(await buildByDockerd(path, BUILDS), MADE);
  await world.containerd.restart();
  await eventually('it builds again', async () =>
    MADE.test(await buildByDockerd(path, BUILDS).catch((error: unknown) => String(error))),
  );
});

test('dockerd: a tear-down ends it in the middle of a step', async (t) => {
  await using world = await dockerd();
  const lost = buildByDockerd(await socketOf(world), SLEEPS).catch((error: unknown) => error);
  await eventually('the step runs', async () => (await world.steps()).length > 0);
  await world.endAll();
  t.deepEqual(await world.steps(), []);
  t.truthy(await lost);
  const left = await world.traces();
  t.deepEqual(
    left.filter((each) => each.includes('cgroup') || each.includes('mount')),
    [],
  );
});
