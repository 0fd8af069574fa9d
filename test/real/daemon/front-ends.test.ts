import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { parse } from 'yaml';
import type { Build, BuildSpec } from '../../../schemas/gen/types.ts';
import { availableBuilders, skipMissing } from '../../support/buildkit/available.ts';
import { BUILD_MS, built, declareBuild, inline, onBuilder } from '../../support/daemon/builds.ts';
import { conditionsOf, type Space } from '../../support/daemon/space.ts';

const builders = await availableBuilders();
const [first] = builders.starters;
if (first === undefined) skipMissing(test, 'Front ends of Builds', builders);

const root = join(import.meta.dirname, '../../..');
const samples = join(root, 'samples/front-end');

const specIn = async (file: string): Promise<BuildSpec> =>
  (parse(await readFile(join(samples, file), 'utf8')) as Build).spec;

/** The node that runs this, and the libraries that it wants, as a registry would give them. */
async function declareNode(space: Space): Promise<void> {
  const folder = join(space.daemon.folder, 'node');
  const put = async (from: string, to: string): Promise<void> => {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await copyFile(from, join(folder, to));
  };
  await put(process.execPath, 'usr/local/bin/node');
  const { stdout } = await promisify(execFile)('ldd', [process.execPath]);
  for (const [path = ''] of stdout.matchAll(/\/\S+/g)) await put(path, path);
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n');
  await declareBuild(space, 'node', {
    reference: 'docker.io/library/node:24-slim',
    context: { directory: { path: folder } },
  });
}

/** As `tsmoby apply` sends it: paths count from the manifest. */
async function declareFrontEnd(space: Space): Promise<void> {
  const { context, contexts = [], ...spec } = await specIn('10-front-end.yaml');
  const at = (path = ''): { directory: { path: string } } => ({ directory: { path: join(samples, path) } });
  await declareBuild(space, 'recipe-front-end', {
    ...spec,
    context: at(context?.directory?.path),
    contexts: contexts.map(({ name, directory }) => ({ name, ...at(directory?.path) })),
  });
}

const failed = (space: Space, name: string, number: number): Promise<Build> =>
  space.until<Build>(
    'Build',
    name,
    `build ${number} fails`,
    (object) =>
      object.status?.lastBuild?.number === number && conditionsOf(object).some(({ type }) => type === 'Stalled'),
    BUILD_MS,
  );

if (first !== undefined) {
  const scenario = onBuilder(test, first);

  scenario('a program of our own reads a recipe, and no registry has it', async (t, space) => {
    const hello = await specIn('20-hello.yaml');
    // It waits for its front end, which waits for its base.
    await declareFrontEnd(space);
    await declareBuild(space, 'hello-recipe', { ...hello });
    await declareNode(space);
    const { status } = await built(space, 'hello-recipe');
    t.deepEqual(
      status?.bases?.map(({ source }) => source),
      ['Build/recipe-front-end'],
    );
    await declareBuild(space, 'reads', {
      reference: 'reads:dev',
      context: inline({ Dockerfile: 'FROM busybox\nCOPY --from=hello / /hello\n' }),
      contexts: [{ name: 'hello', build: { name: 'hello-recipe' } }],
    });
    await built(space, 'reads');
    const read = await space.shell('run', 'cat /hello/site/index.html; echo; cat /hello/etc/motd', {
      image: 'reads:dev',
    });
    t.is(read, '<h1>Built from a recipe</h1>\nbuilt for you');

    const mistake = 'from: scratch\nsteps:\n  - cpoy: { source: index.html, to: /site/ }\n';
    await declareBuild(space, 'hello-recipe', { ...hello, dockerfile: { inline: mistake } });
    const { failure } = (await failed(space, 'hello-recipe', 2)).status?.lastBuild ?? {};
    t.is(failure?.line, 3);
    t.regex(failure?.excerpt ?? '', />>> 3 \| {3}- cpoy/);
    t.is((await space.get<Build>('Build', 'hello-recipe')).status?.digest, status?.digest, 'the last good one stays');
    await declareBuild(space, 'hello-recipe', { ...hello, labels: { again: 'yes' } });
    await built(space, 'hello-recipe', 3);

    await declareBuild(space, 'by-syntax', {
      reference: 'by-syntax:dev',
      context: inline({
        Dockerfile: '# syntax=tsmoby.local/recipe:1\nfrom: scratch\nsteps:\n  - write: { path: /x, content: y }\n',
      }),
    });
    const bySyntax = await built(space, 'by-syntax');
    t.true(bySyntax.status?.bases?.some(({ source }) => source === 'Build/recipe-front-end'));
  });
}
