import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { sandboxesSuite } from '../../suites/sandboxes.ts';
import { createManualTime } from './manual-time.ts';

sandboxesSuite(test, 'fake', async () => {
  const time = createManualTime();
  const { sandboxes, files } = createFakeRuntime({ clock: time, timers: time });
  return {
    sandboxes,
    async read(path) {
      const content = await files.read(path);
      return content === undefined ? undefined : Buffer.from(content).toString();
    },
    async [Symbol.asyncDispose]() {},
  };
});
