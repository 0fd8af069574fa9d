import test from 'ava';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBuildLogs } from '../../../runtime/build-logs/create.ts';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { buildLogsSuite } from '../../suites/build-logs.ts';
import { createManualTime } from '../fake/manual-time.ts';

buildLogsSuite(test, 'files', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tsmoby-build-logs-'));
  const log = { warn: (fields: object) => throwLine(fields) };
  const logs = createBuildLogs({ dataDirectory, clock: { now: () => 0 }, log });
  return {
    logs,
    async [Symbol.asyncDispose]() {
      // Some of the suite's logs are left open, as by a daemon that is killed.
      for (const owner of await logs.list()) await logs.remove(owner);
      await rm(dataDirectory, { recursive: true });
    },
  };
});

buildLogsSuite(test, 'fake', async () => {
  const time = createManualTime();
  const { buildLogs } = createFakeRuntime({ clock: time, timers: time });
  return { logs: buildLogs, async [Symbol.asyncDispose]() {} };
});

function throwLine(fields: object): never {
  throw new Error(`nothing is to be lost here: ${JSON.stringify(fields)}`);
}
