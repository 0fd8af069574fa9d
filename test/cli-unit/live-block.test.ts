import test from 'ava';
import { EventEmitter } from 'node:events';
import { LiveBlock, type BlockLine } from '../../cli/output/live-block.ts';
import { TerminalScreen } from '../support/terminal-screen.ts';

const lines = (...texts: readonly string[]): readonly BlockLine[] => texts.map((text) => ({ text }));

function open(columns = 20, rows = 10) {
  const screen = new TerminalScreen(columns, rows);
  screen.write('$ build\n');
  return { screen, block: new LiveBlock(screen, { colours: false }) };
}

test('it is drawn in its own place again and again, higher or lower, and stays at the end', (t) => {
  const { screen, block } = open();
  block.draw(lines('one'));
  t.is(screen.text(), '$ build\none');
  t.false(screen.cursorShown);
  block.draw(lines('one more', 'two', 'three'));
  t.is(screen.text(), '$ build\none more\ntwo\nthree');
  block.draw(lines('short'));
  t.is(screen.text(), '$ build\nshort');
  block.finish(lines('all', 'of', 'it'));
  screen.write('$ next');
  t.is(screen.text(), '$ build\nall\nof\nit\n$ next');
  t.true(screen.cursorShown);
});

test('lines are cut to the width, and the whole list may be higher than the terminal', (t) => {
  const { screen, block } = open(8, 4);
  block.draw(lines('0123456789', 'x'));
  t.is(screen.text(), '$ build\n0123456…\nx');
  block.draw(lines('a', 'b', 'c'));
  block.finish(lines(...Array.from({ length: 12 }, (_, at) => `line ${at}`)));
  t.is(screen.text(), `$ build\n${Array.from({ length: 12 }, (_, at) => `line ${at}`).join('\n')}`);
});

test('a terminal that gets narrower, wider and lower keeps one block', (t) => {
  const { screen, block } = open(20, 10);
  block.draw(lines('0123456789', 'abcdefghij'));
  screen.resize(4, 10);
  block.draw(lines('0123456789', 'abcdefghij'));
  t.is(screen.text(), '$ bu\nild\n012…\nabc…');
  screen.resize(40, 10);
  block.draw(lines('0123456789'));
  t.is(screen.text(), '$ build\n0123456789');
});

test('a terminal that is slow gets no second drawing before it took the first', (t) => {
  const written: string[] = [];
  const slow = Object.assign(new EventEmitter(), {
    columns: 20,
    rows: 5,
    write: (chunk: string | Uint8Array) => written.push(String(chunk)) > 1_000,
  });
  const block = new LiveBlock(slow, { colours: false });
  t.true(block.draw(lines('one')));
  t.false(block.draw(lines('two')));
  t.is(written.length, 1);
  slow.emit('drain');
  t.true(block.draw(lines('three')));
});

test('colours are there where they are wanted, around what was cut', (t) => {
  const screen = new TerminalScreen(6, 5);
  new LiveBlock(screen, { colours: true }).finish([{ text: 'too long', colour: 31 }, { text: 'x' }]);
  t.true(screen.written.includes('\u001b[31mtoo l…\u001b[0m\nx\n'));
});
