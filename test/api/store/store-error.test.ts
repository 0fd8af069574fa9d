import test from 'ava';
import { pino, stdSerializers } from 'pino';
import { inspect } from 'node:util';
import { StoreError } from '../../../api/store/store.ts';

test('an error that carries a stored value shows it to code and to no log', (t) => {
  const value = Buffer.from('top secret');
  const current = { key: '/secrets/a%b', value, modRevision: 3, createRevision: 1 };
  const error = new StoreError('Conflict', 'changed', { current });
  t.is(error.current, current);
  const lines: string[] = [];
  const log = pino(
    { serializers: { err: stdSerializers.errWithCause } },
    { write: (line: string) => void lines.push(line) },
  );
  log.error({ err: new Error('outer', { cause: error }) }, 'failed');
  t.regex(lines.join(), /StoreError/);
  t.notRegex(lines.join() + inspect(error), /116,111,112|74 6f 70|top secret|current/);
  t.is(new StoreError('Closed', 'closed').current, undefined);
});
