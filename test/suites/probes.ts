import type { ProbeAction, Probes, ProbeSpec, ProbeTarget } from '../../runtime/ports/probes.ts';
import { eventually } from '../support/eventually.ts';
import type { Test } from './registry.ts';

export interface ProbesHarness extends AsyncDisposable {
  readonly probes: Probes;
  /** Who is asked how. */
  readonly action: ProbeAction;
  readonly target: ProbeTarget;
  /** From now on he answers so. */
  answer(well: boolean): Promise<void>;
  /** Lets some time go by. */
  pass(): Promise<void>;
}

const specOf = (action: ProbeAction): ProbeSpec => ({
  action,
  initialDelaySeconds: 0,
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
});

/** What every Probes promises. */
export function probesSuite(test: Test, name: string, create: () => Promise<ProbesHarness>): void {
  const until = async (harness: ProbesHarness, what: string, look: () => boolean): Promise<void> => {
    await eventually(what, async () => {
      if (look()) return true;
      await harness.pass();
      return false;
    });
  };

  test(`${name}: a probe is unknown at first, then follows the answers, and its listeners hear of changes`, async (t) => {
    await using harness = await create();
    const { probes, action, target } = harness;
    const heard: string[] = [];
    using _listening = probes.subscribe((key) => heard.push(key));
    const look = (): string => probes.keep('a', specOf(action), target).outcome;
    t.is(look(), 'unknown');
    await until(harness, 'it is well', () => look() === 'success');
    await harness.answer(false);
    await until(harness, 'it is not', () => look() === 'failure');
    t.not(probes.keep('a', specOf(action), target).message, '');
    await harness.answer(true);
    await until(harness, 'it is again', () => look() === 'success');
    t.deepEqual(heard, ['a', 'a', 'a']);
  });

  test(`${name}: another process, or another question, begins anew`, async (t) => {
    await using harness = await create();
    const { probes, action, target } = harness;
    const spec = specOf(action);
    await until(harness, 'it is well', () => probes.keep('a', spec, target).outcome === 'success');
    t.is(probes.keep('a', spec, { ...target, startedAt: target.startedAt + 1 }).outcome, 'unknown');
    t.is(probes.keep('a', { ...spec, periodSeconds: 2 }, target).outcome, 'unknown');
  });

  test(`${name}: what is kept is listed until it is removed, and removing again changes nothing`, async (t) => {
    await using harness = await create();
    const { probes, action, target } = harness;
    probes.keep('a', specOf(action), target);
    probes.keep('b', specOf(action), target);
    t.deepEqual([...probes.list()].sort(), ['a', 'b']);
    probes.remove('a');
    probes.remove('a');
    t.deepEqual(probes.list(), ['b']);
  });

  test(`${name}: a question is asked once, and resolves with what a probe would think of the answer`, async (t) => {
    await using harness = await create();
    const { probes, action, target } = harness;
    t.like(await probes.ask(action, target, 5000), { success: true });
    await harness.answer(false);
    t.like(await probes.ask(action, target, 5000), { success: false });
    t.deepEqual(probes.list(), []);
    const reason = new Error('enough');
    t.is(await t.throwsAsync(probes.ask(action, target, 5000, AbortSignal.abort(reason))), reason);
  });
}
