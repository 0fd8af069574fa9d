import test from 'ava';
import type { Build, BuildSpec, BuildStatus } from '../../schemas/gen/types.ts';
import { completed } from './completed.ts';
import { BUILD, failed, openBuildWorld, succeeded, waiting, type BuildWorld } from './build-world.ts';

const digest = (sign: string): string => `sha256:${sign.repeat(64)}`;
const HISTORY = [
  { number: 5, digest: digest('5'), cause: 'the context changed' },
  { number: 4, digest: digest('4'), cause: 'the Dockerfile changed' },
  { number: 2, digest: digest('2'), cause: 'the first build' },
];

async function openWith(
  status: Partial<BuildStatus> = {},
  spec: BuildSpec = {},
): Promise<BuildWorld & { build: Build }> {
  const world = await openBuildWorld();
  const metadata = { namespace: 'default', name: 'app' };
  const build = await world.api.client('admin').create<Build>({ ...BUILD, metadata, spec });
  await world.setStatus(build, { ...succeeded(build, 5), history: HISTORY, ...status });
  return { ...world, build };
}

const specOf = async (world: BuildWorld): Promise<BuildSpec> => (await world.find('app')).spec;

test('history lists results, oldest first, and shows one', async (t) => {
  await using world = await openWith();
  t.is(
    (await world.tsmoby(['rollout', 'history', 'build/app'])).stdout,
    `build.tsmoby.dev/app
REVISION  DIGEST               CAUSE
2         sha256:222222222222  the first build
4         sha256:444444444444  the Dockerfile changed
5         sha256:555555555555  the context changed, in use

`,
  );
  const one = await world.tsmoby(['rollout', 'history', 'build', 'app', '--revision=4']);
  t.true(one.stdout.startsWith(`build.tsmoby.dev/app with revision #4\n`));
  t.true(one.stdout.includes(digest('4')));
});

test('undo has the result before the one in use used, or another one, and resume builds again', async (t) => {
  await using world = await openWith();
  const undone = await world.tsmoby(['rollout', 'undo', 'build/app']);
  const again = '"tsmoby rollout resume build/app" builds again';
  t.is(undone.stdout, `build.tsmoby.dev/app rolled back to the result of build 4; ${again}\n`);
  t.is((await specOf(world)).revertTo, 4);
  const other = await world.tsmoby(['rollout', 'undo', 'build/app', '--to-revision=2']);
  t.is(other.stdout, `build.tsmoby.dev/app rolled back to the result of build 2; ${again}\n`);
  t.regex((await world.tsmoby(['rollout', 'undo', 'build/app', '--to-revision=2'])).stdout, /skipped rollback/);
  t.is((await world.tsmoby(['rollout', 'resume', 'build/app'])).stdout, 'build.tsmoby.dev/app resumed\n');
  t.is((await specOf(world)).revertTo, undefined);
  const missing = await world.tsmoby(['rollout', 'undo', 'build/app', '--to-revision=3']);
  t.is(missing.stderr, 'error: build "app" has no result 3: there are those of builds 5, 4, 2\n');
});

test('without an older result there is nothing to go back to', async (t) => {
  await using world = await openWith({ history: HISTORY.slice(0, 1) });
  const { code, stderr } = await world.tsmoby(['rollout', 'undo', 'build/app']);
  t.deepEqual([code, stderr], [1, 'error: no rollout history found for build "app": there is no older result\n']);
});

test('pause and resume set and take away spec.suspend, each once', async (t) => {
  await using world = await openWith();
  t.is((await world.tsmoby(['rollout', 'pause', 'build/app'])).code, 0);
  t.true((await specOf(world)).suspend);
  t.is((await world.tsmoby(['rollout', 'pause', 'build/app'])).stderr, 'error: build "app" is already paused\n');
  const restart = await world.tsmoby(['rollout', 'restart', 'build/app']);
  t.is(restart.code, 1, 'nothing would come of it');
  t.regex(
    restart.stderr,
    /^error: build "app": nothing is built, because it is paused \(spec\.suspend\): "tsmoby rollout/,
  );
  t.is((await world.tsmoby(['rollout', 'resume', 'build/app'])).code, 0);
  t.is((await specOf(world)).suspend, undefined);
  t.is((await world.tsmoby(['rollout', 'resume', 'build/app'])).stderr, 'error: build "app" is not paused\n');
});

test('restart asks for a build, and status waits until it is done', async (t) => {
  await using world = await openWith();
  t.is((await world.tsmoby(['rollout', 'restart', 'build/app'])).stdout, 'build.tsmoby.dev/app restarted\n');
  const seen = Promise.withResolvers<void>();
  const waits = world.tsmoby(['rollout', 'status', 'build/app'], { onOutput: () => seen.resolve() });
  await seen.promise;
  await world.setStatus(world.build, { ...succeeded(world.build, 6), observedBuildRequest: '2026-01-01T00:00:00Z' });
  const { code, stdout } = await waits;
  t.is(code, 0);
  t.is(stdout, 'Waiting for build "app": it was asked for...\nbuild "app" successfully rolled out: build 6\n');
});

test('status tells what it waits for, and fails when only a person can help', async (t) => {
  await using world = await openWith();
  await world.setStatus(world.build, waiting(world.build, 'BuilderNotReady', 'no builder'));
  const once = await world.tsmoby(['rollout', 'status', 'build/app', '--watch=false']);
  t.deepEqual([once.code, once.stdout], [0, 'Waiting for build "app": no builder...\n']);
  await world.setStatus(world.build, failed(world.build, 6));
  const { code, stderr } = await world.tsmoby(['rollout', 'status', 'build/app']);
  t.deepEqual([code, stderr], [1, 'error: build "app": build 6: Dockerfile:3: exit code: 1\n']);
});

test('describe tells what is in use, how the last build went, and where it failed', async (t) => {
  await using world = await openWith(
    {
      context: { digest: 'sha256:c', files: 3, sizeBytes: 2_000_000 },
      bases: [{ reference: 'docker.io/library/busybox:1', digest: 'sha256:b', source: 'Registry' }],
      steps: [
        { name: '[1/2] FROM busybox', cached: true, duration: '0s' },
        { name: '[2/2] RUN false', duration: '1.5s', error: 'exit code: 1' },
      ],
      warnings: [{ message: 'casing', file: 'Dockerfile', line: 1, url: 'https://docs.example' }],
      lastBuild: {
        number: 6,
        phase: 'Failed',
        cause: 'the Dockerfile changed',
        startTime: '2025-12-31T23:59:00Z',
        duration: '2s',
        totalSteps: 2,
        completedSteps: 1,
        cachedSteps: 1,
        failure: {
          message: 'exit code: 1',
          step: '[2/2] RUN false',
          file: 'Dockerfile',
          line: 2,
          endLine: 3,
          excerpt: '    1 | FROM busybox\n>>> 2 | RUN false',
        },
      },
    },
    { context: { directory: { path: '/src' } }, args: [{ name: 'A', value: '1' }], target: 'release' },
  );
  const { stdout } = await world.tsmoby(['describe', 'build', 'app', '--show-events=false']);
  const body = stdout.slice(stdout.indexOf('In Use:'), stdout.indexOf('Conditions:'));
  t.is(
    body,
    `In Use:       build 5
  Digest:  ${digest('d')}
Last Build:   6, Failed
  Cause:    the Dockerfile changed
  Started:  2025-12-31T23:59:00Z (60s ago)
  Took:     2s
  Steps:    1 of 2, 1 cached
Failure:      exit code: 1
  Step:     [2/2] RUN false
  Place:    Dockerfile:2-3
  Excerpt:      1 | FROM busybox
            >>> 2 | RUN false
Builder:      default
Context:      /src
  Digest:  sha256:c
  Files:   3, 2.0 MB
Dockerfile:   Dockerfile
Target:       release
Args:         A=1
Steps:
  State   Took  Step
  -----   ----  ----
  cached  0s    [1/2] FROM busybox
  failed  1.5s  [2/2] RUN false: exit code: 1
Bases:
  Reference                    Digest    From
  ---------                    ------    ----
  docker.io/library/busybox:1  sha256:b  Registry
Warnings:
  Where         What    More
  -----         ----    ----
  Dockerfile:1  casing  https://docs.example
History:
  Build       Digest               Age        Took  Cause
  -----       ------               ---        ----  -----
  5 (in use)  sha256:555555555555  <unknown>        the context changed
  4           sha256:444444444444  <unknown>        the Dockerfile changed
  2           sha256:222222222222  <unknown>        the first build
`,
  );
});

test('completion knows logs of builds', async (t) => {
  await using world = await openWith();
  t.deepEqual(await completed(world, 'logs', 'build/a'), ['build/app']);
  t.deepEqual(await completed(world, 'rollout', 'undo', 'build/'), ['build/app']);
});
