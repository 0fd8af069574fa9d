import test from 'ava';
import type { KubectlStep } from '../kubectl/suite/case.ts';
import { runSteps, StepFailure } from '../kubectl/suite/run-step.ts';
import { temporaryDirectory } from '../runtime/host/temporary.ts';
import { sceneOf, scriptedKubectl } from './scene.ts';

const WATCH: KubectlStep = {
  kubectl: 'watch',
  ready: /Made/,
  meanwhile: [{ kubectl: 'change' }],
  until: /Broke/,
};

/** Runs the step with a kubectl that does this for `watch`, and writes `changed` for `change`. */
async function outcomeOf(script: string, step: KubectlStep): Promise<string> {
  await using directory = await temporaryDirectory();
  const kubectl = await scriptedKubectl(directory.path, `[ "$1" = change ] && { touch changed; exit 0; }\n${script}`);
  try {
    await runSteps([step], sceneOf(kubectl, directory.path));
    return 'passed';
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return error.message;
  }
}

const untilChanged = 'while ! [ -e changed ]; do sleep 0.01; done';

test('a command that goes on until it has seen what is done meanwhile passes', async (t) => {
  t.is(await outcomeOf(`echo Made; ${untilChanged}; echo Broke; exec sleep 600`, WATCH), 'passed');
});

test('what is done meanwhile can wait for a word on stderr', async (t) => {
  const script = `echo Made >&2; ${untilChanged}; echo Broke; exec sleep 600`;
  t.is(await outcomeOf(script, { ...WATCH, err: 'Made' }), 'passed');
});

test('a command that never says that it is ready fails, whatever it does', async (t) => {
  t.regex(await outcomeOf('exit 0', WATCH), /never said \/Made\//);
  const { until: _, ...endless } = WATCH;
  t.regex(await outcomeOf('echo something', endless), /never said \/Made\//);
});

test('a command that was to go on and ends by itself fails, also when it has said all', async (t) => {
  t.regex(await outcomeOf(`echo Made; ${untilChanged}`, WATCH), /ended by itself.*\/Broke\//);
  const { ready: _, meanwhile: _meanwhile, ...alone } = WATCH;
  t.regex(await outcomeOf('exit 0', alone), /ended by itself/);
});

test('a command that ends when it has seen what is done meanwhile passes without `until`', async (t) => {
  const { until: _, ...waits } = WATCH;
  t.is(await outcomeOf(`echo Made; ${untilChanged}`, waits), 'passed');
});

test('what is wrong is told with the command and all that it has said', async (t) => {
  const told = await outcomeOf('echo out; echo err >&2; exit 3', { kubectl: 'get x', out: 'other', err: /^err$/m });
  t.is(
    told,
    '$ kubectl get x\nexit code is 3, expected 0\nstdout should be:\n  other\nexit code: 3\nstdout:\nout\nstderr:\nerr',
  );
});
