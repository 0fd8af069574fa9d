import test from 'ava';
import { excerptOf, failureOf } from '../../../controllers/build/failure.ts';
import { describeChange, type KeyParts } from '../../../controllers/build/key.ts';
import { StepsModel } from '../../../controllers/build/steps.ts';
import { Turns, type Turn } from '../../../controllers/build/turns.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { BuildFailedError } from '../../../runtime/ports/builders.ts';
import { step } from '../../support/build-world.ts';

test('of many steps those that run or failed are shown, and the latest', (t) => {
  const model = new StepsModel();
  const time = '2026-01-01T00:00:00Z';
  for (let number = 0; number < 200; number += 1) {
    const isFirst = number === 0;
    const completed = isFirst ? {} : { completed: time };
    model.add(step(String(number), { started: time, ...completed, ...(number === 1 && { error: 'it broke' }) }));
  }
  t.is(model.shown.length, 50);
  t.deepEqual(model.shown.slice(0, 3), [
    { name: 'step 0', running: true },
    { name: 'step 1', duration: '0s', error: 'it broke' },
    { name: 'step 152', duration: '0s' },
  ]);
  t.deepEqual(model.counts, { totalSteps: 200, completedSteps: 198, cachedSteps: 0 });
});

test('a step that comes again is the same one', (t) => {
  const model = new StepsModel();
  model.add(step('a', { started: '2026-01-01T00:00:00Z' }));
  model.add(step('a', { started: '2026-01-01T00:00:00Z', completed: '2026-01-01T00:01:02.5Z', cached: true }));
  t.deepEqual(model.shown, [{ name: 'step a', cached: true, duration: '1m2.5s' }]);
});

const text = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join('\n');

const EXCERPTS: readonly (readonly [what: string, start: number, end: number, lines: readonly string[]])[] = [
  ['the first line', 1, 1, ['>>> 1 | line 1', '    2 | line 2', '    3 | line 3', '    4 | line 4']],
  ['the last line', 12, 12, ['     9 | line 9', '    10 | line 10', '    11 | line 11', '>>> 12 | line 12']],
  ['lines beyond the end', 14, 20, ['    11 | line 11', '    12 | line 12']],
  ['lines far beyond the end', 40, 40, []],
];

for (const [what, startLine, endLine, lines] of EXCERPTS) {
  test(`an excerpt for ${what}`, (t) => {
    const excerpt = excerptOf({ file: 'Dockerfile', startLine, endLine, text });
    t.deepEqual(excerpt?.split('\n') ?? [], lines);
  });
}

test('an excerpt of a long place, and of long lines, is short', (t) => {
  const long = Array.from({ length: 5000 }, () => 'x'.repeat(5000)).join('\r\n');
  const excerpt = excerptOf({ file: 'Dockerfile', startLine: 100, endLine: 4000, text: long }) ?? '';
  t.is(excerpt.split('\n').length, 26);
  t.true(excerpt.length < 10_000);
  t.notRegex(excerpt, /\r/);
});

test('errors say by whose fault it was', (t) => {
  const of = (error: unknown): string => {
    const { reason, transient } = failureOf(error);
    return `${reason} ${transient ? 'again' : 'final'}`;
  };
  t.is(of(new BuildFailedError('x', { reason: 'StageNotFound' })), 'StageNotFound final');
  t.is(of(new BuildFailedError('x', { reason: 'BaseImageUnavailable' })), 'BaseImageUnavailable again');
  t.is(of(new RuntimeError('Unavailable', 'x')), 'BuilderUnavailable again');
  t.is(of(new RuntimeError('ResourceExhausted', 'x')), 'DiskFull again');
  t.is(of(new RuntimeError('Unsupported', 'x')), 'BuilderTooOld final');
  t.is(of(new TypeError('x')), 'ReconcileError again');
});

test('a change is told in words', (t) => {
  const parts: KeyParts = {
    spec: '1',
    args: '1',
    secrets: '1',
    dockerfile: '1',
    context: '1',
    contexts: '1',
    bases: '1',
  };
  t.is(describeChange(parts, { ...parts, context: '2' }), 'the context changed');
  t.is(describeChange(parts, { ...parts, args: '2', bases: '2' }), 'an argument and a base image changed');
  t.is(describeChange(undefined, parts), 'what goes in changed');
});

const granted = (turn: Turn): boolean => turn.type === 'granted';

test('places are given in order, one of another key lets pass, and whoever leaves is not waited for', (t) => {
  const turns = new Turns();
  const woken: string[] = [];
  using _source = turns.source.start((key) => woken.push(key));
  const ask = (key: string, buildKey = key, builder = 'b'): Turn => turns.ask(key, { builder, limit: 1, buildKey });
  const first = ask('1');
  t.true(granted(first));
  t.false(granted(ask('2', '1')));
  t.false(granted(ask('3')));
  t.false(granted(ask('4')));
  t.true(granted(ask('5', '5', 'other')));
  t.false(granted(ask('6', '1', 'other')));
  if (first.type === 'granted') first.place[Symbol.dispose]();
  t.deepEqual(woken.splice(0), ['2', '3', '4', '6']);
  t.false(granted(ask('4')));
  turns.leave('2');
  turns.leave('3');
  t.deepEqual(woken.splice(0), ['3', '4', '6', '4']);
  const fourth = ask('4');
  t.true(granted(fourth));
  if (fourth.type === 'granted') {
    fourth.place[Symbol.dispose]();
    fourth.place[Symbol.dispose]();
  }
  t.true(granted(ask('7')));
});
