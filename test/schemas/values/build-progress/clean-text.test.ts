import test from 'ava';
import { cleanLine, expandTabs, oneLine, OutputLines } from '../../../../schemas/values/build-progress/clean-text.ts';

for (const [title, line, plain, coloured] of [
  ['text stays', 'ä plain line', 'ä plain line', 'ä plain line'],
  ['what a carriage return wrote over is gone', ' 10%\r 50%\r100%\r', '100%', '100%'],
  ['an end of a line of Windows is one', 'dos\r', 'dos', 'dos'],
  [
    'colours stay where they are asked for, and end',
    '\u001b[1;31mred\u001b[m!',
    'red!',
    '\u001b[1;31mred\u001b[m!\u001b[0m',
  ],
  ['a cursor is not moved', 'a\u001b[2Jb\u001b[10;3Hc\u001b[?25l', 'abc', 'abc'],
  ['a title is not set', 'a\u001b]0;title\u0007b\u001b]8;;http://x\u001b\\c', 'abc', 'abc'],
  ['a sequence that is cut off says nothing', 'a\u001b[31', 'a', 'a'],
  ['eight-bit controls and the bell are dropped', 'a\u009b31mb\u0007c\u0000d\u0085', 'abcd', 'abcd'],
  ['nothing turns the direction', 'a\u202eb\u2066c', 'abc', 'abc'],
  ['nobody makes an escape of our own', '\ue000]0;x\u001b[1mb', ']0;xb', ']0;x\u001b[1mb\u001b[0m'],
  ['tabs stay', 'a\tb', 'a\tb', 'a\tb'],
] as const) {
  test(`${title}: ${JSON.stringify(line)}`, (t) => {
    t.is(cleanLine(line, { colours: false }), plain);
    t.is(cleanLine(line, { colours: true }), coloured);
  });
}

test('tabs are as wide as they are on a terminal', (t) => {
  t.is(expandTabs('\ta\tbcdefgh\ti'), '        a       bcdefgh i');
});

test('a name is one line', (t) => {
  t.is(oneLine('[2/2] RUN <<EOF\n  echo a\u001b[31m\nEOF\n'), '[2/2] RUN <<EOF echo a EOF');
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (...data: readonly Uint8Array[]): readonly string[] => {
  const lines = new OutputLines();
  return [...data.flatMap((one) => lines.push({ stream: 'stdout', data: one })), ...lines.flush()];
};

test('lines and signs may be cut anywhere', (t) => {
  const whole = bytes('ein Käse\nzwei\n\ndrei');
  const cut = Array.from(whole, (byte) => Uint8Array.of(byte));
  t.deepEqual(texts(...cut), ['ein Käse', 'zwei', '', 'drei']);
  t.deepEqual(texts(Uint8Array.of(0x61, 0xff, 0x0a)), ['a\ufffd']);
});

test('the two streams do not mix within a line', (t) => {
  const lines = new OutputLines();
  t.deepEqual(lines.push({ stream: 'stdout', data: bytes('out') }), []);
  t.deepEqual(lines.push({ stream: 'stderr', data: bytes('err\n') }), ['err']);
  t.deepEqual(lines.push({ stream: 'stdout', data: bytes('put\n') }), ['output']);
  t.deepEqual(lines.flush(), []);
});

test('a line without an end comes in pieces, and a bar that is drawn again and again is not kept', (t) => {
  const long = 'x'.repeat(40_000);
  const lines = texts(bytes(long), bytes(long), bytes('\n'));
  t.deepEqual(
    lines.map(({ length }) => length),
    [16_384, 16_384, 16_384, 16_384, 14_464],
  );
  const bar = new OutputLines();
  for (let percent = 0; percent < 100_000; percent += 1)
    t.deepEqual(bar.push({ stream: 'stdout', data: bytes(`\r${percent} of 100000`) }), []);
  t.deepEqual(bar.flush(), ['\r99999 of 100000']);
});
