import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { probesSuite, type ProbesHarness } from '../../suites/probes.ts';
import { createManualTime } from './manual-time.ts';

async function create(): Promise<ProbesHarness> {
  const time = createManualTime();
  const { probes } = createFakeRuntime({ clock: time, timers: time });
  const target = { instanceId: 'uid-1.1', pid: 7, startedAt: time.now(), address: '10.0.0.2', inside: false };
  return {
    probes,
    target,
    action: { type: 'tcp', port: 80 },
    answer: async (well) => probes.answer(target.instanceId, well ? 'success' : 'failure', 'as told'),
    pass: async () => await time.advance(1000),
    async [Symbol.asyncDispose]() {},
  };
}

probesSuite(test, 'fake', create);
