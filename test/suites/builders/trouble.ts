/** What ends in the middle, and what stays behind. */
import { RuntimeError } from '../../../runtime/errors.ts';
import type { BuildRequest } from '../../../runtime/ports/builders.ts';
import { BUSYBOX, makeBuildFolder, run, type BuildFolder } from '../../support/buildkit/build-folder.ts';
import { eventually } from '../../support/eventually.ts';
import { built, failureOf, type Part } from './harness.ts';

const sleeping = (): Promise<BuildFolder> =>
  makeBuildFolder({ Dockerfile: BUSYBOX + run(`sleep 600 # ${Math.random()}`) });

export const trouble: Part = (test, name, harness) => {
  test(`${name}: a build that is cancelled leaves nothing that runs`, async (t) => {
    const { builder, steps, records } = harness();
    await using folder = await sleeping();
    const abort = new AbortController();
    const request = folder.request();
    const failure = failureOf(builder, request, abort.signal);
    await eventually('the step runs', async () => (await steps()).length > 0);
    abort.abort(new Error('enough'));
    const error = await failure;
    t.is(error.code, 'Cancelled');
    await eventually('the step is gone', async () => (await steps()).length === 0);
    await eventually('its record is gone', async () => !(await records()).includes(request.id));
  });

  test(`${name}: a build that was cancelled before it began`, async (t) => {
    await using folder = await sleeping();
    const error = await failureOf(harness().builder, folder.request(), AbortSignal.abort());
    t.is(error.code, 'Cancelled');
  });

  test(`${name}: builds leave no records`, async (t) => {
    const { builder, records } = harness();
    await using good = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'a' });
    await using bad = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY nope /\n' });
    const requests = [good.request(), bad.request()];
    await built(builder, requests[0] as BuildRequest);
    await failureOf(builder, requests[1] as BuildRequest);
    await eventually('records are gone', async () => {
      const left = await records();
      return requests.every(({ id }) => !left.includes(id));
    });
    t.pass();
  });

  test(`${name}: disposing a builder cancels what runs on it, and only that`, async (t) => {
    const { open, builder, steps } = harness();
    await using folder = await sleeping();
    const own = open();
    const failure = failureOf(own, folder.request());
    await eventually('the step runs', async () => (await steps()).length > 0);
    own[Symbol.dispose]();
    t.is((await failure).code, 'Cancelled');
    await eventually('the step is gone', async () => (await steps()).length === 0);
    await t.notThrowsAsync(builder.usage());
  });

  test(`${name}: what is in the cache can be seen, and thrown away`, async (t) => {
    const { builder } = harness();
    await using folder = await makeBuildFolder({ Dockerfile: BUSYBOX + run(`echo ${Math.random()} > /made`) });
    await built(builder, folder.request());
    const before = await builder.usage();
    const made = before.filter(({ type, sizeBytes }) => type === 'regular' && sizeBytes > 0);
    t.true(made.length > 0);
    t.true((made[0]?.createdAt ?? 0) > 1_600_000_000_000);
    t.deepEqual(
      await builder.prune({ all: true, keepDurationMs: 3_600_000 }),
      { records: 0, bytes: 0 },
      'all is young',
    );
    t.deepEqual(await builder.prune({ all: true, keepBytes: 1e12 }), { records: 0, bytes: 0 }, 'there is enough room');
    const contexts = await builder.prune({ filters: ['type==source.local'] });
    t.true(contexts.records > 0);
    t.false((await builder.usage()).some(({ type }) => type === 'source.local'));
    const rest = await eventually('the cache can be emptied', async () => {
      const pruned = await builder.prune({ all: true });
      return pruned.records > 0 ? pruned : undefined;
    });
    t.true(rest.bytes > 0);
  });

  test(`${name}: a builder that is killed in the middle is away, and good again afterwards`, async (t) => {
    const { builder, steps, restart } = harness();
    await using folder = await sleeping();
    const failure = failureOf(builder, folder.request());
    await eventually('the step runs', async () => (await steps()).length > 0);
    await restart();
    const error = await failure;
    t.like(error, { code: 'Unavailable', reason: 'BuilderUnavailable' });
    t.true((await builder.facts()).workers.length > 0);
    await using good = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'a' });
    await t.notThrowsAsync(built(builder, good.request()));
    t.true(error instanceof RuntimeError);
  });

  test(`${name}: a step that lasts longer than the checks of the session finds its secret`, async (t) => {
    await using folder = await makeBuildFolder({
      Dockerfile:
        BUSYBOX +
        run(`sleep 12 # ${Math.random()}`) +
        run('tr a-z A-Z < /run/secrets/it', '--mount=type=secret,id=it,required=true '),
    });
    const { output } = await built(harness().builder, folder.request({ secret: () => Buffer.from('still here') }));
    // as it is, it would be masked
    t.regex(output, /STILL HERE/);
  });
};
