import { realpath, rm } from 'node:fs/promises';
import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { volumesSuite, type VolumesHarness } from '../../suites/volumes.ts';
import { makeFolder } from '../../support/interruption.ts';
import { createManualTime } from './manual-time.ts';

async function harness(directory: string | undefined): Promise<VolumesHarness> {
  const time = createManualTime();
  const allowed = `${directory ?? '/nonexistent'}/allowed`;
  const { volumes, files } = createFakeRuntime({
    clock: time,
    timers: time,
    allowHostPaths: [allowed],
    ...(directory === undefined ? {} : { directory }),
  });
  return {
    volumes,
    allowed,
    write: (path, content) => files.write(path, content),
    async read(path) {
      const content = await files.read(path);
      return content === undefined ? undefined : Buffer.from(content).toString();
    },
    async [Symbol.asyncDispose]() {
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

volumesSuite(test, 'fake in memory', () => harness(undefined));
volumesSuite(test, 'fake on disk', async () => harness(await realpath(await makeFolder('/tmp/tsm-fake-'))));
