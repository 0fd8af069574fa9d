/** What goes into a build, and what it makes of that. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUSYBOX, makeBuildFolder, run } from '../../support/buildkit/build-folder.ts';
import { built, failureOf, type Part } from './harness.ts';

export const results: Part = (test, name, harness) => {
  test(`${name}: it says who it is`, async (t) => {
    const facts = await harness().builder.facts();
    t.true(facts.workers.length > 0);
    t.true(facts.workers[0]?.platforms.some((platform) => platform.startsWith('linux/')));
    t.is(facts.landing, 'ContentStore');
    t.true(facts.exporters.includes('oci'));
    t.is(await harness().builder.facts(), facts, 'it is remembered');
  });

  test(`${name}: a file of the context is in the result, and the second build takes every step from the cache`, async (t) => {
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: name });
    const out = folder.beside('out');
    const request = folder.request({ outputs: [{ type: 'directory', path: out }] });
    const first = await built(harness().builder, request);
    t.is(await readFile(join(out, 'b'), 'utf8'), name);
    const copied = first.steps.get('[1/1] COPY a /b');
    t.truthy(copied?.completed);
    t.regex(copied?.started ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    const again = await built(harness().builder, folder.request());
    t.true(again.steps.get('[1/1] COPY a /b')?.cached);
  });

  test(`${name}: a changed file is another result, an ignored one is not sent`, async (t) => {
    await using folder = await makeBuildFolder({
      Dockerfile: 'FROM scratch\nCOPY . /\n',
      '.dockerignore': 'secret*\nDockerfile\n',
      kept: 'k',
      'secret, really': 's',
    });
    const out = folder.beside('out');
    await built(harness().builder, folder.request({ outputs: [{ type: 'directory', path: out }] }));
    t.is(await readFile(join(out, 'kept'), 'utf8'), 'k');
    await t.throwsAsync(readFile(join(out, 'secret, really')), { code: 'ENOENT' });
    await t.throwsAsync(readFile(join(out, 'Dockerfile')), { code: 'ENOENT' });
  });

  test(`${name}: args, target, labels and a Dockerfile elsewhere`, async (t) => {
    await using folder = await makeBuildFolder({
      'sub/other.Dockerfile': `${BUSYBOX.replace('scratch', 'scratch AS first')}ARG WHO\n${run('echo "hello $WHO" > /who')}FROM first AS last\n${run('exit 3')}`,
    });
    const out = folder.beside('out');
    const directory = { path: join(folder.path, 'sub'), sharedKey: `${folder.path}/sub` };
    const { steps } = await built(
      harness().builder,
      folder.request({
        dockerfile: { directory, filename: 'other.Dockerfile' },
        args: { WHO: 'world, and = more' },
        labels: { 'a.label': 'x' },
        target: 'first',
        outputs: [{ type: 'directory', path: out }],
      }),
    );
    t.is(await readFile(join(out, 'who'), 'utf8'), 'hello world, and = more\n');
    t.false([...steps.keys()].some((step) => step.includes('exit 3')));
  });

  test(`${name}: what a step prints comes as it does`, async (t) => {
    await using folder = await makeBuildFolder({
      Dockerfile: BUSYBOX + run(`echo out; echo err >&2 # ${Math.random()}`),
    });
    const { events, output } = await built(harness().builder, folder.request());
    t.regex(output, /out\n/);
    const logs = events.filter((event) => event.type === 'log');
    t.deepEqual([...new Set(logs.map(({ stream }) => stream))].toSorted(), ['stderr', 'stdout']);
    const step = logs[0]?.step;
    t.true(events.some((event) => event.type === 'step' && event.id === step && event.name.includes('RUN')));
  });

  test(`${name}: a secret is there for its step, and in nothing else; one that is missing fails it`, async (t) => {
    const Dockerfile = BUSYBOX + run('cat /run/secrets/it > /copy', '--mount=type=secret,id=it,required=true ');
    await using folder = await makeBuildFolder({ Dockerfile });
    const out = folder.beside('out');
    const asked: string[] = [];
    await built(
      harness().builder,
      folder.request({
        noCache: true,
        secret: (id) => {
          asked.push(id);
          return Buffer.from('s3cret');
        },
        outputs: [{ type: 'directory', path: out }],
      }),
    );
    t.is(await readFile(join(out, 'copy'), 'utf8'), 's3cret');
    t.deepEqual(asked, ['it']);
    const error = await failureOf(harness().builder, folder.request({ noCache: true }));
    t.like(error, { code: 'InvalidArgument', reason: 'SecretNotFound', place: { startLine: 3 } });
  });

  test(`${name}: a directory stands for an image of its name`, async (t) => {
    await using folder = await makeBuildFolder({
      Dockerfile: 'FROM scratch\nCOPY --from=docker.io/library/other /x /y\n',
    });
    await using other = await makeBuildFolder({ x: 'from the other' });
    const out = folder.beside('out');
    await built(
      harness().builder,
      folder.request({
        namedContexts: {
          'docker.io/library/other:latest': {
            type: 'directory',
            directory: { path: other.path, sharedKey: other.path },
          },
        },
        outputs: [{ type: 'directory', path: out }],
      }),
    );
    t.is(await readFile(join(out, 'y'), 'utf8'), 'from the other');
  });

  test(`${name}: a build without a context`, async (t) => {
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nLABEL a=b\n' });
    const { context: _, ...request } = folder.request();
    await t.notThrowsAsync(built(harness().builder, request));
  });

  test(`${name}: files with odd names arrive under them`, async (t) => {
    const names = ['a b', 'ä', '🙂', 'x,y', 'q"uote', "it's", 'back\\slash', '#', '-dash'];
    await using folder = await makeBuildFolder({
      Dockerfile: 'FROM scratch\nCOPY odd /odd\n',
      ...Object.fromEntries(names.map((file) => [`odd/${file}`, file])),
    });
    const out = folder.beside('out');
    await built(harness().builder, folder.request({ outputs: [{ type: 'directory', path: out }] }));
    for (const file of names) t.is(await readFile(join(out, 'odd', file), 'utf8'), file);
  });

  test(`${name}: a step has the network of the machine when that is asked for, or none`, async (t) => {
    const Dockerfile = BUSYBOX + run(`ls /sys/class/net > /net`);
    await using folder = await makeBuildFolder({ Dockerfile });
    const out = folder.beside('out');
    const outputs = [{ type: 'directory', path: out }] as const;
    await built(harness().builder, folder.request({ network: 'none', noCache: true, outputs }));
    t.is((await readFile(join(out, 'net'), 'utf8')).trim(), 'lo');
    await t.notThrowsAsync(built(harness().builder, folder.request({ noCache: true })));
  });

  test(`${name}: twelve builds at once, each with its own result`, async (t) => {
    const outputs = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: `${name} ${at}` });
        const out = folder.beside('out');
        await built(harness().builder, folder.request({ outputs: [{ type: 'directory', path: out }] }));
        return await readFile(join(out, 'a'), 'utf8');
      }),
    );
    t.deepEqual(
      outputs,
      outputs.map((_, at) => `${name} ${at}`),
    );
  });
};
