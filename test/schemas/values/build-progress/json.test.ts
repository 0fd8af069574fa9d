import test from 'ava';
import type { BuildLogEntry } from '../../../../runtime/ports/build-logs.ts';
import type { ProgressEntry } from '../../../../schemas/values/build-progress/entry.ts';
import { parseProgressLine, progressLine } from '../../../../schemas/values/build-progress/json.ts';
import { begin, end, output, part, step } from './entries.ts';

test('an entry comes back from its line as it was', (t) => {
  const entries = [
    begin('default/app', 'FirstBuild'),
    step('a', 'RUN x', { from: 1, to: 2, error: 'no' }),
    part('a', 'extracting', 1, 1, 2),
    output('a', 1, 'ä\n'),
    output('a', 1, Uint8Array.of(0xff, 0)),
    end(3, 'Failed', 'no', '>>> 1 | RUN'),
  ];
  for (const entry of entries) t.deepEqual(parseProgressLine(progressLine(entry)), entry);
});

test('output is text, or base64 where it is none', (t) => {
  const time = '"time":"2026-01-31T12:00:01.000000000Z"';
  t.is(progressLine(output('a', 1, 'ä')), `{"type":"log","step":"a","stream":"stdout",${time},"text":"ä"}\n`);
  const bytes = output('a', 1, Uint8Array.of(0xff));
  t.is(progressLine(bytes), `{"type":"log","step":"a","stream":"stdout",${time},"base64":"/w=="}\n`);
});

test('what is no entry is none', (t) => {
  for (const line of ['', '{', 'null', '[]', '{"type":"newer"}']) t.is(parseProgressLine(line), undefined);
});

test('what a runtime tells of a build is an entry', (t) => {
  const told: BuildLogEntry = { type: 'note', time: '2026-01-31T12:00:00Z', message: 'x' };
  const shown: ProgressEntry = told;
  t.is(shown, told);
});
