import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Build, Container } from '../../../schemas/gen/types.ts';
import { availableBuilders, skipMissing } from '../../support/buildkit/available.ts';
import {
  BUILD_MS,
  built,
  containerdOf,
  declareBuild,
  declareBuilder,
  inline,
  onBuilder,
} from '../../support/daemon/builds.ts';
import { eventually } from '../../support/eventually.ts';

const builders = await availableBuilders();
const [first, ...rest] = builders.starters;
// Certificates are another suite's subject.
const others = rest.filter(({ name }) => name !== 'buildkitd-tls');
skipMissing(test, 'Builds of a whole daemon', builders);

const DOCKERFILE = 'FROM busybox\nCOPY page /page\nCMD ["sh", "-c", "cat /page; sleep 600"]\n';

if (first !== undefined) {
  const scenario = onBuilder(test, first);

  scenario(
    'a directory becomes an image, and each saved file another one that the container rolls to',
    async (t, space) => {
      const path = join(space.daemon.folder, 'site');
      await mkdir(path);
      await writeFile(join(path, 'Dockerfile'), DOCKERFILE);
      await writeFile(join(path, 'page'), 'one');
      const spec = { reference: 'site:dev', context: { directory: { path } }, watch: true, historyLimit: 1 };
      await declareBuild(space, 'site', spec);
      const one = await built(space, 'site');
      t.regex(one.status?.digest ?? '', /^sha256:/);
      t.deepEqual(
        one.status?.bases?.map(({ source }) => source),
        ['Image/busybox'],
      );
      await space.container('web', {
        imageFrom: { kind: 'Build', name: 'site' },
        updateStrategy: { type: 'StartFirst' },
        readinessProbe: { exec: { command: ['test', '-f', '/page'] }, periodSeconds: 1 },
      });
      t.is(await space.shell('reader', 'cat /page', { image: 'site:dev' }), 'one');
      const answers = (text: string): Promise<unknown> =>
        eventually(`the container says ${text}`, async () => (await space.logs('web')).endsWith(text), BUILD_MS);
      await space.running('web');
      await answers('one');

      const digests = [one.status?.digest ?? ''];
      for (const [index, text] of ['two', 'three'].entries()) {
        await writeFile(join(path, 'page'), text);
        digests.push((await built(space, 'site', index + 2)).status?.digest ?? '');
        await answers(text);
      }
      const three = await space.until<Build>('Build', 'site', 'keeps two results', ({ status }) => {
        return status?.history?.map(({ number }) => number).join() === '3,2';
      });
      t.is(three.status?.lastBuild?.phase, 'Succeeded');
      t.regex(three.status?.lastBuild?.cause ?? '', /context/i);
      await space.remove('Container', 'reader');
      await eventually(
        'the first result is gone from containerd',
        async () => !(await space.daemon.containerd.holdings()).content.includes(digests[0] ?? ''),
        BUILD_MS,
      );

      await declareBuild(space, 'site', { ...spec, revertTo: 2 });
      await answers('two');
      const reverted = await space.condition('Build', 'site', 'Ready', 'BuildReverted');
      t.is(reverted.status, 'True');
      const { status } = await space.get<Build>('Build', 'site');
      t.is(status?.digest, digests[1]);
      t.is(status?.lastBuild?.number, 3, 'nothing was built for it');
    },
  );

  scenario(
    'what was built already is not built again, even where there is no builder any more',
    async (t, space, builder) => {
      const spec = { reference: 'same:dev', context: inline({ Dockerfile: DOCKERFILE, page: 'same' }) };
      await declareBuild(space, 'same', spec);
      const { status } = await built(space, 'same');
      await builder.kill();
      try {
        await declareBuild(space, 'same', { ...spec, historyLimit: 2 }, { 'tsmoby.dev/build-request': 'look-1' });
        const again = await space.until<Build>('Build', 'same', 'has been looked at', (object) => {
          return object.status?.observedBuildRequest === 'look-1' && object.status.observedGeneration === 2;
        });
        t.is(again.status?.lastBuild?.number, 1);
        t.is(again.status?.digest, status?.digest);
        t.is(await space.shell('run', 'cat /page', { image: 'same:dev' }), 'same');
      } finally {
        await builder.start();
      }
    },
  );

  scenario('of two Builds that are the same, each has its image, and both may go', async (t, space) => {
    const spec = { context: inline({ Dockerfile: DOCKERFILE, page: 'twins' }) };
    await Promise.all(['one', 'two'].map((name) => declareBuild(space, name, { ...spec, reference: `${name}:dev` })));
    await Promise.all(['one', 'two'].map((name) => built(space, name)));
    await space.remove('Build', 'one');
    t.is(await space.shell('run', 'cat /page', { image: 'two:dev' }), 'twins');
  });

  scenario('a result that a container runs outlives its Build, and goes with the container', async (t, space) => {
    await declareBuild(space, 'brief', { context: inline({ Dockerfile: DOCKERFILE, page: 'brief' }) });
    const { status } = await built(space, 'brief');
    await space.container('user', { imageFrom: { kind: 'Build', name: 'brief' } });
    const { status: running } = await space.running('user');
    await space.remove('Build', 'brief');
    process.kill(running?.pid ?? 0, 'SIGKILL');
    await space.until<Container>('Container', 'user', 'runs again without its Build', (object) => {
      return object.status?.state?.running !== undefined && object.status.pid !== running?.pid;
    });
    await space.remove('Container', 'user');
    await eventually('nothing of it is left', async () => {
      return !(await space.daemon.containerd.holdings()).content.includes(status?.digest ?? '');
    });
    t.pass();
  });

  for (const { name, start } of others) {
    scenario(`an image that ${name} makes is run`, async (t, space) => {
      await using builder = await start(containerdOf(space.daemon));

      await declareBuilder(space.daemon, name, builder);
      const files = { Dockerfile: 'FROM busybox\nRUN echo ran > /mark\nCOPY page /\n', page: name };
      await declareBuild(space, 'it', { builderName: name, context: inline(files), reference: 'it:dev' });
      await built(space, 'it');
      t.is(await space.shell('run', 'cat /mark /page', { image: 'it:dev' }), `ran\n${name}`);
      await space.daemon.client.delete({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder', name });
    });
  }
}
