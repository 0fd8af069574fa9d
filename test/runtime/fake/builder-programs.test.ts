import test from 'ava';
import { FakeBuilderPrograms } from '../../../runtime/fake/builder-programs.ts';
import { createGate } from '../../../runtime/fake/gate.ts';
import { builderProgramsSuite } from '../../suites/builder-programs.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';

builderProgramsSuite(test, async () => {
  const programs = new FakeBuilderPrograms(createGate(systemTimers));
  programs.programs = ['buildkitd'];
  return {
    program: 'buildkitd',
    missing: 'dockerd',
    programs,
    again: () => programs,
    kill: async (name) => programs.kill(name),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
