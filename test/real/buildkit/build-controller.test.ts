/** The Build controller over real builders and real directories; only the image store, which takes what builders write, is in memory. */
import test, { type ExecutionContext } from 'ava';
import { randomUUID } from 'node:crypto';
import { chmod, cp } from 'node:fs/promises';
import { createBuilders } from '../../../runtime/buildkit/index.ts';
import { formatBuilderEndpoint } from '../../../schemas/values/builder-endpoint.ts';
import { createContextsWorld, type ContextsWorld } from '../../runtime/buildkit/contexts/world.ts';
import { BuildWorld, conditionOf } from '../../support/build-world.ts';
import { availableBuilders, skipMissing, type BuilderStarter } from '../../support/buildkit/available.ts';
import { processesBelow } from '../../support/buildkit/cgroup-parent.ts';
import type { TestBuilder } from '../../support/buildkit/test-builder.ts';
import { startContainerd } from '../../support/containerd.ts';
import { eventually } from '../../support/eventually.ts';

interface Real {
  readonly world: BuildWorld;
  readonly files: ContextsWorld;
  readonly builder: TestBuilder;
}

async function onBuilder(t: ExecutionContext, { start }: BuilderStarter, body: (real: Real) => Promise<void>) {
  await using containerd = await startContainerd();
  await using builder = await start(containerd.socketPath);
  await using files = await createContextsWorld();
  const newId = (): string => randomUUID().replaceAll('-', '');
  const ports = { builders: createBuilders({ newId, hostId: files.root }), contexts: files.contexts };
  await using world = await BuildWorld.open({ ports, endpoint: formatBuilderEndpoint(builder.endpoint) });
  await body({ world, files, builder });
  t.deepEqual([...world.temporaryFiles], []);
}

const builders = await availableBuilders();

for (const starter of builders.starters.filter(({ name }) => name !== 'buildkitd-tls')) {
  test(`a context is built, watched, broken and mended on ${starter.name}`, async (t) => {
    await onBuilder(t, starter, async ({ world, files }) => {
      const src = files.directory('src');
      await files.write(src, 'Dockerfile', 'FROM scratch\nCOPY site /site\nCMD ["x"]\n');
      await files.write(src, 'site/index.html', 'one');
      await world.apply('app', { context: { directory: { path: src } }, watch: true, reference: 'app:dev' });
      const first = await world.built('app', 1);
      const record = world.runtime.images.records.get(first.status?.recordName ?? '');
      t.is(record?.digest, first.status?.digest);
      t.deepEqual(record?.config.cmd, ['x']);
      t.true((first.status?.steps?.length ?? 0) > 1);
      t.deepEqual(await world.costOfNothing('app'), []);

      await files.write(src, 'site/index.html', 'two');
      const second = await world.built('app', 2);
      t.not(second.status?.manifestDigest, first.status?.manifestDigest);

      await files.write(src, 'Dockerfile', 'FROM scratch\nCOPY site /site\nCOPY missing /\n');
      const broken = await world.because('app', 'SourceNotFound');
      t.like(broken.status?.lastBuild?.failure, { file: 'Dockerfile', line: 3 });
      t.regex(broken.status?.lastBuild?.failure?.excerpt ?? '', /^>>> 3 \| COPY missing \/$/m);
      t.is(broken.status?.digest, second.status?.digest);
      await files.write(src, 'missing', 'here');
      await world.built('app', 4);

      await world.apply('child', {
        dockerfile: { inline: 'FROM app:dev AS base\nFROM scratch\nCOPY --from=base /site /\n' },
      });
      const child = await world.built('child', 1);
      t.like(child.status?.bases, [{ reference: 'docker.io/library/app:dev', source: 'Build/app' }]);
    });
  });

  test(`a build that is deleted, and one whose builder is killed, on ${starter.name}`, async (t) => {
    await onBuilder(t, starter, async ({ world, files, builder }) => {
      const src = files.directory('src');
      await files.write(src, 'Dockerfile', SLEEPS);
      await files.write(src, 'busybox', '');
      await cp('/bin/busybox', `${src}/busybox`);
      await chmod(`${src}/busybox`, 0o755);
      const spec = { context: { directory: { path: src } }, network: 'None' } as const;
      const steps = async (): Promise<number> => (await processesBelow(builder.cgroup)).length;
      await world.apply('gone', spec);
      await eventually('the step runs', async () => (await steps()) > 0);
      await world.delete('gone');
      await world.gone('gone');
      await eventually('the step is gone', async () => (await steps()) === 0);

      await world.apply('lost', spec);
      await eventually('the step runs', async () => (await steps()) > 0);
      await builder.restart();
      const lost = await world.until('it is tried again', 'lost', ({ status }) => (status?.lastBuild?.number ?? 0) > 1);
      t.truthy(conditionOf(lost, 'Reconciling'));
      await eventually('the step runs again', async () => (await steps()) > 0);
      await world.delete('lost');
      await world.gone('lost');
      await eventually('the step is gone', async () => (await steps()) === 0);
    });
  });
}

const SLEEPS = 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sleep", "600"]\n';

skipMissing(test, 'the Build controller', builders);
