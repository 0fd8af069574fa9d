import test from 'ava';
import { parseIgnoreFile } from '../../../runtime/files/ignore-file.ts';

test('comments and empty lines are no patterns, and what stays is clean', (t) => {
  const text = [
    '# comment',
    '',
    ' # a file with a hash in its name',
    '/absolute',
    'directory/',
    './a/../b//c',
    '  spaces in front and behind  ',
    '!/kept/',
    '! kept too ',
    '!',
    '/',
    'windows\r',
    'last',
  ].join('\n');
  t.deepEqual(parseIgnoreFile(text), [
    '# a file with a hash in its name',
    'absolute',
    'directory',
    'b/c',
    'spaces in front and behind',
    '!kept',
    '!kept too',
    '!',
    '/',
    'windows',
    'last',
  ]);
});

test('a byte order mark in front does not belong to the first pattern', (t) => {
  t.deepEqual(parseIgnoreFile(Buffer.from('\uFEFF# comment\nä')), ['ä']);
  t.deepEqual(parseIgnoreFile('\uFEFFfirst'), ['first']);
});

test('an empty file has no patterns', (t) => {
  t.deepEqual(parseIgnoreFile(''), []);
});
