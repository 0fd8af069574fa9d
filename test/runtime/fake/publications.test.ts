import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { bridge } from '../../suites/networks.ts';
import { publicationsSuite } from '../../suites/publications.ts';
import { createManualTime } from './manual-time.ts';

publicationsSuite(test, 'fake', async () => {
  const time = createManualTime();
  const { publications, networks, sandboxes, controls } = createFakeRuntime({ clock: time, timers: time });
  await networks.ensure(bridge(1));
  return {
    publications,
    async place(id, addresses) {
      const attachments = addresses.length === 0 ? [] : [{ network: bridge(1).uid }];
      await sandboxes.ensure({ id, ownerUid: id.split('.')[0] ?? '', mode: 'cni', hostname: 'web', attachments });
    },
    async occupy(port, holder) {
      if (holder === undefined) controls.freePort(port);
      else controls.occupyPort(port, holder);
    },
    async [Symbol.asyncDispose]() {},
  };
});
