/** The report fits where it is read. */
import test from 'ava';
import { Book } from '../../../cli/commands/convert/book/book.ts';
import { fitted, reportLines } from '../../../cli/commands/convert/book/report.ts';

const origin = { source: { name: 'compose.yaml', directory: '/' }, position: { line: 12, column: 5, offset: 90 } };

function bookOf(): Book {
  const book = new Book();
  const text = "names that are none of a Network are answered by this machine's resolvers: set them there";
  book.note({ origin, path: 'services.web.dns', outcome: 'unsupported', text });
  const before = { ...origin, position: { line: 3, column: 5, offset: 20 } };
  book.note({ origin: before, path: 'services.web.image', outcome: 'converted', text: 'Container/web spec.image' });
  return book;
}

test('a line for each key, in the order of the file', (t) => {
  t.deepEqual(reportLines(bookOf(), 'full', undefined), [
    'compose.yaml:3:5: services.web.image: to Container/web spec.image',
    "compose.yaml:12:5: services.web.dns: not supported: names that are none of a Network are answered by this machine's resolvers: set them there",
    '2 keys: 1 converted, 0 about the same, 1 not supported',
  ]);
  t.is(reportLines(bookOf(), 'brief', undefined).length, 2);
  t.deepEqual(reportLines(bookOf(), 'none', undefined), []);
});

test('on a narrow terminal lines are broken between words, and go on indented', (t) => {
  const lines = reportLines(bookOf(), 'brief', 60).join('\n').split('\n');
  t.deepEqual(lines.slice(0, 2), [
    'compose.yaml:12:5: services.web.dns: not supported: names',
    '    that are none of a Network are answered by this',
  ]);
  t.true(lines.every((line) => line.length <= 60));
  t.is(fitted('short', 60), 'short');
});
