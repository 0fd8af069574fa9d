/** The Builders port on real BuildKits: those of this machine, and the ones that a buildkitd makes possible. */
import test from 'ava';
import { randomUUID } from 'node:crypto';
import { Control } from '../../../proto/gen/buildkit/control_pb.ts';
import { openEndpoint } from '../../../runtime/buildkit/endpoint/open-endpoint.ts';
import { callServerStream } from '../../../runtime/buildkit/grpc/typed.ts';
import { createBuilders } from '../../../runtime/buildkit/index.ts';
import type { BuilderEndpoint } from '../../../runtime/ports/builders.ts';
import { buildersSuite, type BuildersHarness } from '../../suites/builders.ts';
import { availableBuilders, skipMissing } from '../../support/buildkit/available.ts';
import { processesBelow } from '../../support/buildkit/cgroup-parent.ts';
import type { TestBuilder } from '../../support/buildkit/test-builder.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';

const builders = createBuilders({ newId: randomUUID, hostId: 'test' });

async function recordsOf(endpoint: BuilderEndpoint): Promise<string[]> {
  using connection = await openEndpoint(endpoint).connect();
  const refs: string[] = [];
  for await (const { record } of callServerStream(connection, Control.method.listenBuildHistory, { earlyExit: true })) {
    if (record !== undefined) refs.push(record.ref);
  }
  return refs;
}

function harnessOf(daemon: TestBuilder): BuildersHarness & Disposable {
  const builder = builders.open(daemon.endpoint);
  return {
    builder,
    open: () => builders.open(daemon.endpoint),
    steps: () => processesBelow(daemon.cgroup),
    restart: () => daemon.restart(),
    records: () => recordsOf(daemon.endpoint),
    [Symbol.dispose]: () => builder[Symbol.dispose](),
  };
}

const available = await availableBuilders();
const open: AsyncDisposable[] = [];
let containerd: TestContainerd;

test.before(async () => {
  containerd = await startContainerd();
});

test.after.always(async () => {
  for (const each of open.reverse()) await each[Symbol.asyncDispose]();
  await containerd[Symbol.asyncDispose]();
});

for (const { name, start } of available.starters) {
  let harness: (BuildersHarness & Disposable) | undefined;
  test.serial(`${name}: it comes up`, async (t) => {
    const daemon = await start(containerd.socketPath);
    open.push(daemon);
    harness = harnessOf(daemon);
    t.truthy(harness);
  });
  buildersSuite(test.serial, name, () => {
    if (harness === undefined) throw new Error(`${name} did not come up`);
    return harness;
  });
  test.serial(`${name}: it goes`, async (t) => {
    harness?.[Symbol.dispose]();
    await open.pop()?.[Symbol.asyncDispose]();
    t.pass();
  });
}

skipMissing(test, 'builders', available);
