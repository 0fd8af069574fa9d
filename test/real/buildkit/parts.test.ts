import test, { type ExecutionContext } from 'ava';
import { availableBuilders, skipMissing, type BuilderStarter } from '../../support/buildkit/available.ts';
import { processesBelow } from '../../support/buildkit/cgroup-parent.ts';
import type { TestBuilder } from '../../support/buildkit/test-builder.ts';
import { commonTraces, tracesOf } from '../../support/buildkit/traces.ts';
import { startContainerd } from '../../support/containerd.ts';
import { eventually } from '../../support/eventually.ts';
import { buildByDockerd, workerOf } from './ask.ts';

const FILES = 'FROM scratch\nCOPY bin/busybox /bin/busybox\n';
const BUILDS = `${FILES}RUN ["/bin/busybox", "touch", "/made"]\n`;
const SLEEPS = `${FILES}RUN ["/bin/busybox", "sleep", "600"]\n`;

/** Runs `body` on a builder, and looks whether all that it made is gone afterwards. */
async function onBuilder(
  t: ExecutionContext,
  { start }: BuilderStarter,
  body: (builder: TestBuilder) => Promise<void>,
): Promise<void> {
  await using containerd = await startContainerd();
  const before = await commonTraces();
  const builder = await start(containerd.socketPath);
  try {
    t.true((await tracesOf(builder, containerd.socketPath)).length > 0);
    await body(builder);
  } finally {
    await builder[Symbol.asyncDispose]();
  }
  t.deepEqual(await tracesOf(builder, containerd.socketPath), []);
  t.deepEqual(await commonTraces(), before);
}

const builders = await availableBuilders();

for (const starter of builders.starters) {
  test(`${starter.name} answers, also after it was killed, and is gone without a trace`, async (t) => {
    await onBuilder(t, starter, async (builder) => {
      const { endpoint } = builder;
      const worker = await workerOf(endpoint);
      t.truthy(worker);
      const { pid } = builder;
      await builder.kill();
      t.throws(() => builder.pid, { message: /does not run/ });
      await t.throwsAsync(workerOf(endpoint));
      await builder.start();
      t.not(builder.pid, pid);
      t.is(await workerOf(endpoint), worker);
    });
  });
}

for (const starter of builders.starters.filter(({ name }) => name.startsWith('dockerd'))) {
  test(`${starter.name} builds, and builds again after it was killed in the middle of a step`, async (t) => {
    await onBuilder(t, starter, async (builder) => {
      const { path } = builder.endpoint as { readonly path: string };
      t.regex(await buildByDockerd(path, BUILDS), /"moby.image.id"/);
      const lost = buildByDockerd(path, SLEEPS).catch((error: unknown) => error);
      await eventually('the step runs', async () => (await processesBelow(builder.cgroup)).length > 0);
      await builder.restart();
      t.true((await lost) instanceof Error);
      t.deepEqual(await processesBelow(builder.cgroup), []);
      t.regex(await buildByDockerd(path, BUILDS), /"moby.image.id"/);
    });
  });
}

skipMissing(test, 'BuildKit', builders);
