import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Build } from '../../../schemas/gen/types.ts';
import { availableBuilders, skipMissing } from '../../support/buildkit/available.ts';
import { processesBelow } from '../../support/buildkit/cgroup-parent.ts';
import type { TestBuilder } from '../../support/buildkit/test-builder.ts';
import { BUILD_MS, built, declareBuild, inline, onBuilder } from '../../support/daemon/builds.ts';
import { conditionsOf, type Space } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';

const builders = await availableBuilders();
const [first] = builders.starters;
if (first === undefined) skipMissing(test, 'Builds in trouble', builders);

/** A step that is in the middle of something until somebody ends it. */
const SLEEPS = 'FROM busybox\nRUN echo begun && sleep 600\n';

const stepRuns = ({ cgroup }: TestBuilder): Promise<unknown> =>
  eventually('the step runs', async () => (await processesBelow(cgroup)).length > 0, BUILD_MS);

const stepEnded = ({ cgroup }: TestBuilder): Promise<unknown> =>
  eventually('the step has ended', async () => (await processesBelow(cgroup)).length === 0, BUILD_MS);

/** Until a condition of the Build has this reason. */
async function told(space: Space, name: string, type: string, reason: string): Promise<Build> {
  return await space.until<Build>(
    'Build',
    name,
    `${type} has reason ${reason}`,
    (object) => conditionsOf(object).some((condition) => condition.type === type && condition.reason === reason),
    BUILD_MS,
  );
}

if (first !== undefined) {
  const scenario = onBuilder(test, first);

  scenario('each mistake is told with file, line and excerpt, and the mended file is built', async (t, space) => {
    const path = join(space.daemon.folder, 'mistakes');
    await mkdir(path);
    const save = (text: string): Promise<void> => writeFile(join(path, 'Dockerfile'), text);
    const mistakes = [
      ['FROM busybox\n\nRUNN true\n', 'DockerfileInvalid', 3, /RUNN/],
      ['FROM busybox\nCOPY nowhere.txt /\n', 'SourceNotFound', 2, /nowhere\.txt/],
      ['FROM busybox\nCOPY --from=busybox /no/such/thing /\n', 'SourceNotFound', 2, /no\/such\/thing/],
      ['FROM busybox\nRUN echo this goes wrong && exit 7\n', 'BuildFailed', 2, /exit 7/],
    ] as const;
    const spec = { context: { directory: { path } }, watch: true };
    for (const [index, [text, reason, line, excerpt]] of mistakes.entries()) {
      await save(text);
      if (index === 0) await declareBuild(space, 'mistakes', spec);
      const { status } = await space.until<Build>(
        'Build',
        'mistakes',
        `build ${index + 1} fails with ${reason}`,
        (object) =>
          object.status?.lastBuild?.number === index + 1 &&
          object.status.lastBuild.phase === 'Failed' &&
          conditionsOf(object).some((condition) => condition.type === 'Stalled' && condition.reason === reason),
        BUILD_MS,
      );
      const { failure } = status?.lastBuild ?? {};
      t.is(failure?.file, 'Dockerfile');
      t.is(failure?.line, line);
      t.regex(failure?.excerpt ?? '', new RegExp(`>>> +${line} \\|`));
      t.regex(failure?.excerpt ?? '', excerpt);
    }
    await save('FROM busybox\nRUN true\n');
    await built(space, 'mistakes', mistakes.length + 1);
  });

  scenario('a stage that is not there is told, and the right one is built', async (t, space) => {
    const context = inline({ Dockerfile: 'FROM busybox AS one\nRUN true\n' });
    await declareBuild(space, 'stage', { context, target: 'two' });
    const { status } = await told(space, 'stage', 'Stalled', 'StageNotFound');
    t.regex(status?.lastBuild?.failure?.message ?? '', /two/);
    await declareBuild(space, 'stage', { context, target: 'one' });
    await built(space, 'stage', 2);
  });

  scenario('a context that is not there, and a front end that is nowhere, are waited for', async (t, space) => {
    const path = join(space.daemon.folder, 'later');
    await declareBuild(space, 'later', { context: { directory: { path } }, contextPolicy: { interval: '1s' } });
    const waits = await told(space, 'later', 'Reconciling', 'ContextNotFound');
    t.true(conditionsOf(waits).some(({ message }) => message.includes(path)));
    await mkdir(path);
    await writeFile(join(path, 'Dockerfile'), 'FROM busybox\nCOPY Dockerfile /\n');
    await built(space, 'later');
    const frontend = { name: 'gateway.v0' as const, source: '127.0.0.1:9/no/front-end:1' };
    await declareBuild(space, 'nobody', { context: inline({ Dockerfile: 'FROM busybox\n' }), frontend });
    await told(space, 'nobody', 'Reconciling', 'FrontendUnavailable');
  });

  scenario('an object that goes in the middle of a step takes its process along', async (t, space, builder) => {
    await declareBuild(space, 'brief', { context: inline({ Dockerfile: SLEEPS }) });
    await stepRuns(builder);
    await space.remove('Build', 'brief');
    await stepEnded(builder);
    t.deepEqual(await processesBelow(builder.cgroup), []);
  });

  scenario('a change in the middle of a build ends it, and what is wanted now is built', async (t, space, builder) => {
    await declareBuild(space, 'changes', { context: inline({ Dockerfile: SLEEPS }) });
    await stepRuns(builder);
    await declareBuild(space, 'changes', { context: inline({ Dockerfile: 'FROM busybox\nRUN echo quick\n' }) });
    const { status } = await built(space, 'changes', 2);
    t.is(status?.lastBuild?.phase, 'Succeeded');
    t.true((await space.eventReasons('changes')).includes('BuildSuperseded'));
    await stepEnded(builder);
  });

  scenario('a build that takes longer than it may is ended', async (t, space, builder) => {
    await declareBuild(space, 'slow', { context: inline({ Dockerfile: SLEEPS }), activeDeadlineSeconds: 5 });
    const { status } = await told(space, 'slow', 'Stalled', 'BuildTimeout');
    t.regex(status?.lastBuild?.failure?.message ?? '', /5 s/);
    await stepEnded(builder);
  });

  scenario('suspend ends what runs, and lets it begin anew', async (t, space, builder) => {
    const spec = { context: inline({ Dockerfile: SLEEPS }) };
    await declareBuild(space, 'waits', spec);
    await stepRuns(builder);
    await declareBuild(space, 'waits', { ...spec, suspend: true });
    await told(space, 'waits', 'Ready', 'BuildSuspended');
    await stepEnded(builder);
    await declareBuild(space, 'waits', spec);
    await stepRuns(builder);
    t.pass();
  });

  scenario('a builder that is killed in the middle is waited for, and the build goes on', async (t, space, builder) => {
    const path = join(space.daemon.folder, 'killed');
    await mkdir(path);
    await writeFile(join(path, 'Dockerfile'), 'FROM busybox\nCOPY wait /\nRUN sh /wait\n');
    await writeFile(join(path, 'wait'), 'sleep 600\n');
    await declareBuild(space, 'killed', { context: { directory: { path } }, contextPolicy: { interval: '1s' } });
    await stepRuns(builder);
    await builder.kill();
    try {
      const { status } = await space.until<Build>(
        'Build',
        'killed',
        'waits for its builder',
        (object) =>
          conditionsOf(object).some(
            ({ type, reason }) => type === 'Reconciling' && /^Builder(Unavailable|NotReady)$/.test(reason),
          ),
        BUILD_MS,
      );
      t.not(status?.lastBuild?.phase, 'Running');
      await writeFile(join(path, 'wait'), 'true\n');
    } finally {
      await builder.start();
    }
    const { status } = await built(space, 'killed', 2);
    t.is(status?.lastBuild?.phase, 'Succeeded');
  });

  scenario(
    'a daemon that is killed in the middle builds anew, and nothing of the first time is left',
    async (t, space, builder) => {
      const { daemon } = space;
      const path = join(daemon.folder, 'anew');
      await mkdir(path);
      await writeFile(join(path, 'Dockerfile'), 'FROM busybox\nCOPY wait /\nRUN sh /wait\n');
      await writeFile(join(path, 'wait'), 'sleep 600\n');
      await declareBuild(space, 'anew', { context: { directory: { path } } });
      await stepRuns(builder);
      await daemon.kill9();
      await stepEnded(builder);
      await writeFile(join(path, 'wait'), 'true\n');
      await daemon.start();
      const { status } = await built(space, 'anew', 2);
      t.is(status?.lastBuild?.phase, 'Succeeded');
      t.is(status?.history?.length, 1);
      await eventually(
        'no lease is left',
        async () => (await daemon.containerd.holdings()).leases.length === 0,
        BUILD_MS,
      );
      const spool = join(daemon.options.dataDir, 'build-spool');
      t.deepEqual(existsSync(spool) ? await readdir(spool) : [], []);
    },
  );

  scenario(
    'paths and entitlements that nobody allowed are refused, with the flag that allows them',
    async (t, space) => {
      const context = inline({ Dockerfile: 'FROM busybox\n' });
      const path = join(space.daemon.folder, 'out.tar');
      await declareBuild(space, 'path', { context, outputs: [{ tar: { path } }] });
      const refused = await told(space, 'path', 'Stalled', 'HostPathNotAllowed');
      t.true(conditionsOf(refused).some(({ message }) => message.includes('--allow-host-path')));
      await declareBuild(space, 'may', { context, entitlements: ['security.insecure'] });
      const may = await told(space, 'may', 'Stalled', 'EntitlementNotAllowed');
      t.true(conditionsOf(may).some(({ message }) => message.includes('--allow-build-entitlement=security.insecure')));
    },
  );

  scenario('a Secret, a ConfigMap and a Build that are not there are named, and waited for', async (t, space) => {
    const Dockerfile =
      'FROM base:dev\nARG WHO\nRUN --mount=type=secret,id=word test -s /run/secrets/word && printf $WHO > /who\n';
    await declareBuild(space, 'needs', {
      context: inline({ Dockerfile }),
      reference: 'needs:dev',
      args: [{ name: 'WHO', valueFrom: { configMapKeyRef: { name: 'settings', key: 'who' } } }],
      secrets: [{ id: 'word', secretKeyRef: { name: 'words', key: 'word' } }],
      contexts: [{ name: 'base:dev', build: { name: 'base' } }],
    });
    const waits = async (reason: string, named: RegExp): Promise<void> => {
      const object = await told(space, 'needs', 'Reconciling', reason);
      t.true(conditionsOf(object).some(({ message }) => named.test(message)));
    };
    await waits('ConfigMapNotFound', /settings/);
    await space.apply({ kind: 'ConfigMap', name: 'settings', data: { who: 'you' } });
    await waits('SecretNotFound', /words/);
    await space.apply({ kind: 'Secret', name: 'words', stringData: { word: 'psst' } });
    await waits('BuildNotFound', /base/);
    await declareBuild(space, 'base', { context: inline({ Dockerfile: 'FROM busybox\n' }) });
    await built(space, 'needs');
    t.is(
      await space.shell('run', 'cat /who; cat /run/secrets/word 2>/dev/null || true', { image: 'needs:dev' }),
      'you',
    );
  });

  scenario('Builds that are built from each other are told so', async (t, space) => {
    for (const [name, from] of [
      ['chicken', 'egg'],
      ['egg', 'chicken'],
    ] as const) {
      const spec = { reference: `${name}:dev`, context: inline({ Dockerfile: `FROM ${from}:dev\n` }) };
      await declareBuild(space, name, spec);
    }
    await told(space, 'egg', 'Stalled', 'DependencyCycle');
    await declareBuild(space, 'egg', { reference: 'egg:dev', context: inline({ Dockerfile: 'FROM busybox\n' }) });
    await built(space, 'chicken');
    t.pass();
  });
}
