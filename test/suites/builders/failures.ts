/** What is wrong with a build is said with its place, and told apart from what is wrong elsewhere. */
import { BuildFailedError } from '../../../runtime/ports/builders.ts';
import { BUSYBOX, makeBuildFolder, run } from '../../support/buildkit/build-folder.ts';
import { built, failureOf, type Part } from './harness.ts';
import { freePort } from '../../support/free-port.ts';

export const failures: Part = (test, name, harness) => {
  const failing = (title: string, Dockerfile: string, expected: object, changes = {}): void =>
    test(`${name}: ${title}`, async (t) => {
      await using folder = await makeBuildFolder({ Dockerfile, a: 'a' });
      const error = await failureOf(harness().builder, folder.request(changes));
      t.true(error instanceof BuildFailedError, `${error.message} (${error.code})`);
      t.like(error, expected);
    });

  failing('a step that fails', `${BUSYBOX}\nRUN ["/bin/busybox", \\\n  "sh", "-c", \\\n  "exit 7"]\n`, {
    reason: 'BuildFailed',
    exitCode: 7,
    step: '[2/2] RUN ["/bin/busybox",   "sh", "-c",   "exit 7"]',
    place: { file: 'Dockerfile', startLine: 4, endLine: 6 },
  });
  failing('a source that is not there', 'FROM scratch\nCOPY nope /\n', {
    reason: 'SourceNotFound',
    place: { file: 'Dockerfile', startLine: 2, endLine: 2, text: 'FROM scratch\nCOPY nope /\n' },
  });
  failing(
    'a stage that is not there',
    'FROM scratch AS one\nCOPY a /\n',
    { reason: 'StageNotFound' },
    { target: 'two' },
  );
  failing('a word that is no instruction', 'FROM scratch\n\nCOPPY a /\n', {
    reason: 'DockerfileInvalid',
    place: { file: 'Dockerfile', startLine: 3, endLine: 3 },
  });
  failing('an expression that cannot be read', 'FROM scratch\nCOPY a /${x\n', {
    reason: 'DockerfileInvalid',
    place: { startLine: 2 },
  });
  failing('an empty Dockerfile', '', { reason: 'DockerfileInvalid' });
  failing(
    'a front end that there is not',
    'FROM scratch\n',
    { reason: 'FrontendUnavailable' },
    {
      frontend: { name: 'nothing.v0' },
    },
  );

  test(`${name}: no Dockerfile`, async (t) => {
    await using folder = await makeBuildFolder({ a: 'a' });
    const error = await failureOf(harness().builder, folder.request());
    t.true(error instanceof BuildFailedError);
    t.like(error, { reason: 'DockerfileNotFound' });
  });

  test(`${name}: a Dockerfile of 200 KB that fails`, async (t) => {
    const padding = `# ${'x'.repeat(97)}\n`.repeat(2_000);
    await using folder = await makeBuildFolder({ Dockerfile: `${BUSYBOX}${padding}${run('exit 9')}` });
    const error = await failureOf(harness().builder, folder.request());
    t.like(error, { reason: 'BuildFailed', exitCode: 9, place: { startLine: 2_003, endLine: 2_003 } });
    await using broken = await makeBuildFolder({ Dockerfile: `${BUSYBOX}${padding}NOTHING\n` });
    t.like(await failureOf(harness().builder, broken.request()), {
      reason: 'DockerfileInvalid',
      place: { startLine: 2_003 },
    });
    await t.notThrowsAsync(harness().builder.usage(), 'the connection is good');
  });

  test(`${name}: five thousand ignore patterns are fine, and too many are said to be`, async (t) => {
    const patterns = (count: number): string =>
      Array.from({ length: count }, (_, at) => `some/long/pattern/number-${String(at).padStart(6, '0')}\n`).join('');
    const Dockerfile = 'FROM scratch\nCOPY a /\n';
    await using some = await makeBuildFolder({ Dockerfile, a: 'a', '.dockerignore': patterns(5_000) });
    await t.notThrowsAsync(built(harness().builder, some.request()));
    await using many = await makeBuildFolder({ Dockerfile, a: 'a', '.dockerignore': patterns(9_000) });
    t.like(await failureOf(harness().builder, many.request()), {
      code: 'InvalidArgument',
      reason: 'TooManyIgnorePatterns',
    });
  });

  test(`${name}: images that cannot be had heal by themselves, so they are no fault of the build`, async (t) => {
    const host = `127.0.0.1:${await freePort()}`;
    await using base = await makeBuildFolder({ Dockerfile: `FROM ${host}/base:1\nCOPY a /\n`, a: 'a' });
    t.like(await failureOf(harness().builder, base.request()), { code: 'Unavailable', reason: 'BaseImageUnavailable' });
    await using syntax = await makeBuildFolder({
      Dockerfile: `# syntax=${host}/df:1\nFROM scratch\nCOPY a /\n`,
      a: 'a',
    });
    t.like(await failureOf(harness().builder, syntax.request()), {
      code: 'Unavailable',
      reason: 'FrontendUnavailable',
    });
    const gateway = { frontend: { name: 'gateway.v0', source: `${host}/df:1` } } as const;
    t.like(await failureOf(harness().builder, base.request(gateway)), {
      code: 'Unavailable',
      reason: 'FrontendUnavailable',
    });
  });

  test(`${name}: an entitlement that the builder does not give`, async (t) => {
    await using folder = await makeBuildFolder({ Dockerfile: BUSYBOX + run('true', '--security=insecure ') });
    t.like(await failureOf(harness().builder, folder.request({ entitlements: ['security.insecure'] })), {
      code: 'FailedPrecondition',
      reason: 'EntitlementNotAllowed',
    });
  });

  test(`${name}: the linter's warnings have their place`, async (t) => {
    await using folder = await makeBuildFolder({
      Dockerfile: `from scratch\nCOPY a /\nMAINTAINER me # ${Math.random()}\n`,
      a: 'a',
    });
    const { events } = await built(harness().builder, folder.request());
    const warnings = events.filter((event) => event.type === 'warning');
    // Builders before 0.15 have no linter.
    t.true(
      warnings.length === 0 || warnings.some(({ place, message }) => place?.startLine === 3 && message.length > 0),
    );
  });
};
