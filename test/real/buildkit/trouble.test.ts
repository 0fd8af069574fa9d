/** What goes wrong around a builder while it builds. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { build } from '../../../runtime/buildkit/build.ts';
import { createControl } from '../../../runtime/buildkit/control.ts';
import { openEndpoint } from '../../../runtime/buildkit/endpoint/open-endpoint.ts';
import { askFacts } from '../../../runtime/buildkit/facts.ts';
import { createBuilders } from '../../../runtime/buildkit/index.ts';
import type { BuildEvent } from '../../../runtime/ports/builders.ts';
import { built, failureOf } from '../../suites/builders/harness.ts';
import { availableBuilders, givenBuildkitd, skipMissing } from '../../support/buildkit/available.ts';
import { BUSYBOX, makeBuildFolder, run } from '../../support/buildkit/build-folder.ts';
import { startBuildkitd } from '../../support/buildkit/buildkitd.ts';
import { resizeDisk } from '../../support/buildkit/small-disk.ts';
import { startDockerd } from '../../support/buildkit/dockerd.ts';
import type { TestBuilder } from '../../support/buildkit/test-builder.ts';

const MIB = 1024 * 1024;
const newId = (): string => randomUUID().replaceAll('-', '');

type Start = (rootBytes?: number) => Promise<TestBuilder>;
const rootOf = (rootBytes: number | undefined) => (rootBytes === undefined ? {} : { rootBytes });
const STARTERS: (readonly [string, Start])[] = [];
const available = await availableBuilders();
if (available.starters.some(({ name }) => name === 'dockerd-other')) {
  STARTERS.push(['dockerd', (rootBytes) => startDockerd(rootOf(rootBytes))]);
}
const { binary, why } = givenBuildkitd();
if (why === undefined) {
  STARTERS.push(['buildkitd', (rootBytes) => startBuildkitd({ binary, worker: 'oci', ...rootOf(rootBytes) })]);
}

for (const [name, start] of STARTERS) {
  test(`${name}: a full disk is told as that, and the same build goes well when there is room again`, async (t) => {
    await using daemon = await start(40 * MIB);
    using builder = createBuilders({ newId, hostId: 'test' }).open(daemon.endpoint);
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY . /all\n', small: 'small' });
    await writeFile(join(folder.path, 'large'), Buffer.alloc(48 * MIB, 'x'));
    const error = await failureOf(builder, folder.request());
    t.like(error, { code: 'ResourceExhausted', reason: 'DiskFull' }, error.message);
    t.regex(error.message, /its disk is full/);
    await resizeDisk(join(daemon.folder, 'root'), 400 * MIB);
    await built(builder, folder.request());
  });

  test(`${name}: what a build prints is heard once and whole, though the connection that tells it is lost`, async (t) => {
    await using daemon = await start();
    const endpoint = openEndpoint(daemon.endpoint);
    using control = createControl(endpoint);
    const facts = async () => askFacts(endpoint, await control.connection(), undefined);
    const script = 'for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.2; done';
    await using folder = await makeBuildFolder({ Dockerfile: BUSYBOX + run(script) });
    const heard: string[] = [];
    const steps: string[] = [];
    let losses = 0;
    const onEvent = (event: BuildEvent): void => {
      if (event.type === 'step') steps.push(`${event.name} from ${event.started} to ${event.completed}`);
      if (event.type !== 'log') return;
      heard.push(...Buffer.from(event.data).toString().split('\n').filter(Boolean));
      if (heard.length / 3 < losses + 1 || losses === 2) return;
      losses++;
      void control.connection().then((connection) => connection[Symbol.dispose]());
    };
    const request = folder.request({ network: 'host', entitlements: ['network.host'] });
    await build({ control, facts, newId, hostId: 'test' }, request, onEvent, new AbortController().signal);
    t.is(losses, 2);
    t.deepEqual(heard, ['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'line 6', 'line 7', 'line 8']);
    t.is(new Set(steps).size, steps.length, steps.join('\n'));
    t.false(steps.at(-1)?.endsWith('undefined'));
  });
}

skipMissing(test, 'trouble around a build', available);
