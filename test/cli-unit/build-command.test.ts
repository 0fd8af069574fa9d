import test from 'ava';
import { join } from 'node:path';
import { end, step } from '../schemas/values/build-progress/entries.ts';
import { failed, running, succeeded, waiting } from './build-world.ts';
import {
  build,
  DIGEST,
  ENTRIES,
  isForced,
  LOG,
  look,
  observed,
  openWithContext,
  requestOf,
  succeed,
} from './build-play.ts';

test('a directory becomes a Build, which is shown while it is built', async (t) => {
  await using world = await openWithContext();
  const run = await build(world, ['app', '-t', 'app:dev', '--build-arg', 'A=1'], () => succeed(world, 1));
  t.deepEqual(run, { code: 0, stdout: `build.tsmoby.dev/app built: ${DIGEST}\n`, stderr: LOG });
  const { spec } = await world.find('app');
  t.like(spec, {
    reference: 'app:dev',
    context: { directory: { path: join(world.directory, 'app') } },
    args: [{ name: 'A', value: '1' }],
    contextPolicy: { interval: '0' },
    basePolicy: { interval: '0' },
  });
});

test('typed again it is looked at again, and not built when nothing changed', async (t) => {
  await using world = await openWithContext();
  await build(world, ['app'], () => succeed(world, 1));
  const again = await build(world, ['app'], async () => {
    const made = await world.find('app', (found) => requestOf(found) !== undefined);
    t.regex(requestOf(made) ?? '', /^look-/);
    await world.setStatus(made, { ...succeeded(made, 1), ...observed(made) });
  });
  t.deepEqual(again, {
    code: 0,
    stdout: `build.tsmoby.dev/app unchanged, build 1 is what it would be: ${DIGEST}\n`,
    stderr: '',
  });
});

test('what failed is tried again when it is typed again, and so is what is to be built without a cache', async (t) => {
  await using world = await openWithContext();
  const first = await build(world, ['app'], async () => {
    const made = await world.find('app');
    const log = await world.write(made, 1, ENTRIES);
    await world.setStatus(made, running(made, 1));
    log.add(
      step('a', 'RUN a', { from: 0, to: 2, error: 'exit code: 1' }),
      end(2, 'Failed', 'Dockerfile:3: exit code: 1', '>>> 3 | RUN false'),
    );
    await log.close();
    await world.setStatus(made, failed(made, 1));
  });
  t.is(first.code, 1);
  t.is(first.stdout, '');
  const ending = `Dockerfile:3\n--------------------\n>>> 3 | RUN false\n--------------------\nERROR: Dockerfile:3: exit code: 1\n`;
  t.true(first.stderr.endsWith(`${ending}error: build.tsmoby.dev/app was not built\n`), first.stderr);
  const again = await build(world, ['app'], async () => {
    await look(world, failed);
    await succeed(world, 2, isForced);
  });
  t.deepEqual([again.code, again.stderr], [0, LOG]);
  const third = await build(world, ['app', '--no-cache'], () => succeed(world, 3, ({ spec }) => spec.noCache === true));
  t.is(third.code, 0);
  const fourth = await build(world, ['app', '--no-cache'], async () => {
    await look(world, (made) => succeeded(made, 3));
    await succeed(world, 4, isForced);
  });
  t.is(fourth.code, 0);
});

test('-q gives the digest, and of a failure the place', async (t) => {
  await using world = await openWithContext();
  const run = await build(world, ['app', '-q'], () => succeed(world, 1));
  t.deepEqual(run, { code: 0, stdout: `${DIGEST}\n`, stderr: '' });
  const again = await build(world, ['app', '-q', '--target=x'], async () => {
    const made = await world.find('app', ({ metadata }) => metadata.generation === 2);
    await (await world.write(made, 2, [end(1, 'Failed', 'exit code: 1')])).close();
    await world.setStatus(made, failed(made, 2));
  });
  t.is(again.code, 1);
  t.is(
    again.stderr,
    'Dockerfile:3\n>>> 3 | RUN false\nerror: build.tsmoby.dev/app: build 2: Dockerfile:3: exit code: 1\n',
  );
});

test('--progress=json writes entries to standard output, and nothing else', async (t) => {
  await using world = await openWithContext();
  const { code, stdout, stderr } = await build(world, ['app', '--progress=json'], () => succeed(world, 1));
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const types = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);
  t.deepEqual(types, ['begin', 'step', 'log', 'step', 'end']);
});

test('what it waits for is told', async (t) => {
  await using world = await openWithContext();
  const run = await build(world, ['app'], async () => {
    const made = await world.find('app');
    await world.setStatus(made, waiting(made, 'BuilderNotReady', 'builder "default" is not ready'));
    await succeed(world, 1);
  });
  t.is(run.code, 0);
  t.true(['', 'waiting: builder "default" is not ready\n'].includes(run.stderr.replace(LOG, '')));
});

test('the first Ctrl-C cancels the build', async (t) => {
  await using world = await openWithContext();
  let interrupt: (() => void) | undefined;
  const onInterrupt = (handle: () => void): Disposable => {
    interrupt = handle;
    return { [Symbol.dispose]() {} };
  };
  const shown = Promise.withResolvers<void>();
  const onErrors = (all: string): void => void (all.includes('hello') && shown.resolve());
  const play = async (): Promise<void> => {
    const made = await world.find('app');
    const log = await world.write(made, 1, ENTRIES);
    await world.setStatus(made, running(made, 1));
    await shown.promise;
    interrupt?.();
    await world.find('app', ({ metadata }) => metadata.annotations?.['tsmoby.dev/cancel-build'] === '1');
    log.add(end(2, 'Cancelled', 'as asked'));
    await log.close();
    await world.setStatus(made, failed(made, 1));
  };
  const run = await build(world, ['app'], play, { onInterrupt, onErrors });
  t.is(run.code, 130);
  t.true(run.stderr.includes('cancelling; Ctrl-C again leaves it alone\n'));
  t.true(run.stderr.includes('CANCELLED: as asked\n'));
});

test('a build whose log is gone is a build all the same', async (t) => {
  await using world = await openWithContext();
  const run = await build(world, ['app'], async () => {
    const made = await world.find('app');
    await world.setStatus(made, succeeded(made, 1));
  });
  t.deepEqual([run.code, run.stdout], [0, `build.tsmoby.dev/app built: ${DIGEST}\n`]);
  t.regex(run.stderr, /^the log of build 1 cannot be shown: build "app" has no log of build 1/);
});

test('Ctrl-C while nothing is built ends the waiting', async (t) => {
  await using world = await openWithContext();
  let interrupt: (() => void) | undefined;
  const told = Promise.withResolvers<void>();
  const run = await build(
    world,
    ['app'],
    async () => {
      const made = await world.find('app');
      await world.setStatus(made, waiting(made, 'BuilderNotReady', 'no builder'));
      await told.promise;
      interrupt?.();
    },
    {
      onErrors: () => told.resolve(),
      onInterrupt(handle) {
        interrupt = handle;
        return { [Symbol.dispose]() {} };
      },
    },
  );
  t.is(run.code, 130);
  t.regex(run.stderr, /build "app" stays, and is built when it can be; "tsmoby delete build\/app" takes it away\n$/);
});

for (const [line, message] of [
  [[], 'what is to be built? Name a directory: tsmoby build . or manifests: tsmoby build -f FILE'],
  [['a', 'b'], 'one PATH is enough: "b"'],
  [['-f', 'x.yaml', '-t', 'a'], '--tag goes together with a PATH: without one, the manifests of -f say everything'],
  [['nowhere'], 'unable to prepare context: path "nowhere" not found'],
  [['app', '--push'], '--push: where to? Give it a name with -t'],
  [['app', '-t', 'a', '-t', 'b'], '-t: several names are for --push; a Build has one'],
  [['app', '--output', 'type=tar'], '--output type=tar: dest is missing: type=tar,dest=PATH'],
  [
    ['app', '--output', 'type=zip,dest=x'],
    '--output type=zip,dest=x: unknown type "zip", there are local, tar, oci, image, registry',
  ],
  [['app', '--secret', 'src=x'], '--secret src=x: id is missing: id=ID,src=FILE or id=ID,env=VARIABLE'],
  [
    ['app', '--secret', 'id=a b,env=PATH', '--secret', 'id=a_b,env=PATH'],
    '--secret: the ids "a b" and "a_b" are too much alike: both would be key "secret.a_b"',
  ],
  [['app', '--secret', 'id=a,env=PATH', '--secret', 'id=a,env=PATH'], '--secret: the id "a" is given twice'],
  [['app', '--secret', 'id=x,src=gone'], '--secret id=x,src=gone: no such file'],
  [['app', '--secret', 'id=x,env=GONE'], '--secret id=x,env=GONE: there is no variable GONE in the environment'],
  [
    ['app', '--ssh', 'default'],
    '--ssh default: there is no agent, $SSH_AUTH_SOCK is empty: start one, or name a key: --ssh default=FILE',
  ],
  [['app', '--ulimit', 'nofile'], '--ulimit nofile: write NAME=SOFT or NAME=SOFT:HARD'],
  [['app', '--allow', 'all'], '--allow all: there are network.host and security.insecure'],
  [['-'], 'standard input is empty: there must be a Dockerfile'],
] as const) {
  test(`build ${line.join(' ')} is refused`, async (t) => {
    await using world = await openWithContext();
    const { code, stderr } = await world.tsmoby(['build', ...line], { env: { PATH: '/bin' } });
    t.is(code, 1);
    t.true(stderr.startsWith(`error: ${message}\n`), stderr);
  });
}
