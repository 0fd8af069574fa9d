import test from 'ava';
import { Screen } from '../../../tools/recording/screen.ts';
import { animatedSvg } from '../../../tools/recording/svg.ts';

const textOf = (screen: Screen, rows = 10): readonly string[] =>
  screen.runs(rows).map((line) => line.map(({ text }) => text).join(''));

test('a block that is drawn in its place is there once, as it was drawn last', (t) => {
  const screen = new Screen(20);
  screen.write('$ build\r\n[+] 1.0s\u001b[K\r\n => a\u001b[K\r\n');
  screen.write('\u001b[2A\u001b[J[+] 2.0s\r\n => b\r\n');
  t.deepEqual(textOf(screen), ['$ build', '[+] 2.0s', ' => b', '']);
});

test('colours are runs, and long lines go on in the next', (t) => {
  const screen = new Screen(4);
  screen.write('\u001b[31mab\u001b[0mcdef');
  t.deepEqual(screen.runs(2), [[{ text: 'ab', colour: 31 }, { text: 'cd' }], [{ text: 'ef' }]]);
});

test('a picture shows each frame in its time, and text as it is', (t) => {
  const frames = [
    { at: 0, lines: [[{ text: '<a> & b' }]] },
    { at: 500, lines: [[{ text: 'c', colour: 34 }]] },
  ];
  const svg = animatedSvg(frames, { columns: 10, rows: 1, endMs: 1000 });
  t.true(svg.includes('&lt;a&gt; &amp; b'));
  t.true(svg.includes('@keyframes a0{0.00%{visibility:visible}50.00%{visibility:hidden}}'));
  t.true(svg.includes('@keyframes a1{0%{visibility:hidden}50.00%{visibility:visible}100.00%{visibility:hidden}}'));
});
