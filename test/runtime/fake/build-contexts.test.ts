import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { buildContextsSuite } from '../../suites/build-contexts.ts';
import { createManualTime } from './manual-time.ts';

buildContextsSuite(test, 'fake', async () => {
  const time = createManualTime();
  const { buildContexts } = createFakeRuntime({ clock: time, timers: time });
  return {
    contexts: buildContexts,
    directory: (name) => `/machine/${name}`,
    async write(directory, name, text) {
      buildContexts.write(directory, name, text);
    },
    async delete(directory, name) {
      buildContexts.delete(directory, name);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
});
