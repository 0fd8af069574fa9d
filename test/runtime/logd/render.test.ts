import test from 'ava';
import { toRecordTime } from '../../../runtime/logd/records.ts';
import { createRenderer, type RenderOptions } from '../../../runtime/logd/render.ts';

const at = (second: number): string => `2026-11-24T02:47:${String(second).padStart(2, '0')}.000000000Z`;

const show = (text: string, options: RenderOptions = {}): string =>
  (createRenderer(options).push(Buffer.from(text)) ?? Buffer.alloc(0)).toString();

test('time stands once before a line of several pieces, for each stream by itself', (t) => {
  const text = `${at(1)} stdout P one \n${at(2)} stderr F error\n${at(3)} stdout F line\n`;
  t.is(show(text, { timestamps: true }), `${at(1)} one ${at(2)} error\nline\n`);
});

test('records before a time are left out, those at it are not', (t) => {
  const text = [1, 2, 3].map((second) => `${at(second)} stdout F ${second}\n`).join('');
  t.is(show(text, { since: at(2) }), '2\n3\n');
});

test('what a crash tore is left out, and what follows is shown', (t) => {
  t.is(show(`${at(1)} stdout F a\n2026-11-2\n${at(2)} stdo\n\n${at(3)} stdout F b\n`), 'a\nb\n');
});

test('a record that is not whole yet waits for the rest', (t) => {
  const renderer = createRenderer({});
  t.is(renderer.push(Buffer.from(`${at(1)} stdout F hel`)), undefined);
  t.is(renderer.push(Buffer.from('lo\n'))?.toString(), 'hello\n');
});

test('nothing is shown beyond the limit', (t) => {
  const renderer = createRenderer({ limitBytes: 4 });
  t.is(renderer.push(Buffer.from(`${at(1)} stdout F abcdef\n`))?.toString(), 'abcd');
  t.true(renderer.done);
  t.is(renderer.push(Buffer.from(`${at(1)} stdout F more\n`)), undefined);
});

const times: readonly (readonly [given: string, record: string | undefined])[] = [
  ['2026-11-24T02:47:11Z', '2026-11-24T02:47:11.000000000Z'],
  ['2026-11-24T02:47:11.5Z', '2026-11-24T02:47:11.500000000Z'],
  ['2026-11-24T02:47:11.123456789Z', '2026-11-24T02:47:11.123456789Z'],
  ['2026-11-24T04:47:11.000000001+02:00', '2026-11-24T02:47:11.000000001Z'],
  ['yesterday', undefined],
];
for (const [given, record] of times) {
  test(`${given} is ${record ?? 'no time'} in records`, (t) => t.is(toRecordTime(given), record));
}
