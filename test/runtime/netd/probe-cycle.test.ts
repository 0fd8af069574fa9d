import test from 'ava';
import type { ProbeSpec } from '../../../runtime/ports/probes.ts';
import { keepAsking, type AskProbe } from '../../../runtime/netd/program/keep-asking.ts';
import {
  beginCycle,
  countAnswer,
  firstDelay,
  nextDelay,
  unknownState,
} from '../../../runtime/netd/program/probe-cycle.ts';
import { ManualTime } from '../../support/manual-time.ts';

const spec: ProbeSpec = {
  action: { type: 'tcp', port: 1 },
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 2,
  successThreshold: 2,
  failureThreshold: 3,
};

/** States after each of the answers: `+` success, `-` failure. */
function states(answers: string, from = beginCycle()): string {
  let cycle = from;
  return answers
    .split('')
    .map((each) => {
      cycle = countAnswer(cycle, spec, { success: each === '+', message: each });
      return cycle.state.outcome.slice(0, 1);
    })
    .join('');
}

for (const [title, answers, told] of [
  ['successes in a row', '++', 'us'],
  ['failures in a row', '---', 'uuf'],
  ['one of the other kind begins the count anew', '+-+--+---', 'uuuuuuuuf'],
  ['a few failures are forgiven', '++--+--+', 'usssssss'],
  ['a failure stays until enough successes', '---+-++', 'uuffffs'],
] as const) {
  test(`thresholds: ${title}`, (t) => t.is(states(answers), told));
}

test('it goes on from a state that is known', (t) => {
  t.is(states('--+', beginCycle({ outcome: 'success', message: '' })), 'sss');
  t.is(states('+', beginCycle({ outcome: 'failure', message: '' })), 'f');
});

test('a failure that goes on says what the last answer was; a success does not change with each', (t) => {
  const failed = beginCycle({ outcome: 'failure', message: 'refused' });
  t.is(countAnswer(failed, spec, { success: false, message: '503' }).state.message, '503');
  t.is(countAnswer(failed, spec, { success: false, message: 'refused' }).state, failed.state);
  const well = beginCycle({ outcome: 'success', message: '200' });
  t.is(countAnswer(well, spec, { success: true, message: '204' }).state, well.state);
  t.is(countAnswer(failed, spec, { success: false, message: 'x'.repeat(5000) }).state.message.length, 1024);
});

test('the first question waits for the delay since the start, never longer, whatever the clock does', (t) => {
  const late = { ...spec, initialDelaySeconds: 30 };
  const at = (now: number, known = false): number => firstDelay(late, { startedAt: 1000, now, known, random: 0.5 });
  t.is(at(1000), 30_000);
  t.is(at(21_000), 10_000);
  t.is(at(100_000), 0);
  t.is(at(-1e9), 30_000);
  t.is(at(100_000, true), 5000, 'those that go on are spread over their period');
});

test('the next question comes a period after the last one began', (t) => {
  t.is(nextDelay(spec, 0, 4000), 6000);
  t.is(nextDelay(spec, 0, 15_000), 0);
  t.is(nextDelay(spec, 1e9, 0), 10_000);
});

function keep(
  time: ManualTime,
  ask: AskProbe,
  more: Partial<ProbeSpec> = {},
): { readonly told: string[]; readonly end: () => void } {
  const told: string[] = [];
  const asking = keepAsking({
    spec: { ...spec, successThreshold: 1, failureThreshold: 1, ...more },
    startedAt: time.now(),
    state: unknownState,
    ask,
    time: { now: () => time.now(), after: (ms, wake) => time.after(ms, wake), random: () => 0 },
    onChange: ({ outcome, message }) => void told.push(`${outcome}: ${message}`),
  });
  return { told, end: () => asking[Symbol.dispose]() };
}

test('a question that nobody answers is a failure in time, and the next one comes', async (t) => {
  const time = new ManualTime();
  let asked = 0;
  const signals: AbortSignal[] = [];
  const { told, end } = keep(time, async (signal) => {
    signals.push(signal);
    if (asked++ > 0) return { success: true, message: 'back' };
    return await new Promise(() => undefined);
  });
  await time.pass(1999);
  t.deepEqual(told, []);
  await time.pass(1);
  t.deepEqual(told, ['failure: timed out after 2 s']);
  t.true(signals[0]?.aborted, 'it is told to end');
  await time.pass(8000);
  t.deepEqual(told, ['failure: timed out after 2 s', 'success: back']);
  end();
});

test('what could not be asked does not count', async (t) => {
  const time = new ManualTime();
  const { told, end } = keep(time, async () => undefined);
  await time.pass(100_000);
  t.deepEqual(told, []);
  end();
});

test('nothing is left of a probe that goes, in the middle of a question or between two', async (t) => {
  for (const ask of [
    async () => await new Promise<never>(() => undefined),
    async () => ({ success: true, message: '' }),
  ]) {
    const time = new ManualTime();
    const { told, end } = keep(time, ask);
    await time.pass(500);
    const before = told.length;
    end();
    await time.pass(0);
    t.is(time.timers, 0);
    await time.pass(100_000);
    t.is(told.length, before);
  }
});
