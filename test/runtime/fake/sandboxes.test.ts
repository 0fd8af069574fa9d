import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { attachmentsSuite } from '../../suites/attachments.ts';
import { networksSuite, type NetworksHarness } from '../../suites/networks.ts';
import { sandboxesSuite } from '../../suites/sandboxes.ts';
import { createManualTime } from './manual-time.ts';

async function create(): Promise<NetworksHarness> {
  const time = createManualTime();
  const { networks, sandboxes, files } = createFakeRuntime({ clock: time, timers: time });
  return {
    networks,
    sandboxes,
    async read(path) {
      const content = await files.read(path);
      return content === undefined ? undefined : Buffer.from(content).toString();
    },
    async [Symbol.asyncDispose]() {},
  };
}

sandboxesSuite(test, 'fake', create);
networksSuite(test, 'fake', create);
attachmentsSuite(test, 'fake', create);
