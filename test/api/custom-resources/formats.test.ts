import test from 'ava';
import { RawServer } from '../../support/raw-http.ts';
import { change, crd, CRDS, version } from './world.ts';

const versions = (...formats: readonly string[]) => [
  version({
    spec: Object.fromEntries(
      formats.map((text, index) => {
        const [type = '', format = ''] = text.split('/');
        return [`f${String(index)}`, { type, format }];
      }),
    ),
  }),
];

/** The texts of an answer's warnings. */
const warningsOf = (header: string | readonly string[] = ''): readonly string[] =>
  [...header.toString().matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll('\\', ''));

test('formats that nobody checks are told to who brings them, once', async (t) => {
  await using server = await RawServer.open();
  const known = ['string/date-time', 'string/k8s-short-name', 'string/password', 'integer/int64', 'number/double'];
  const cart = crd(
    'Cart',
    versions(...known, 'string/int-or-string', 'integer/uint32', 'boolean/date', 'string/constructor'),
  );
  const made = await server.request('POST', CRDS, { body: cart });
  t.deepEqual(warningsOf(made.headers['warning']), [
    'unrecognized format "constructor"',
    'unrecognized format "date"',
    'unrecognized format "int-or-string"',
    'unrecognized format "uint32"',
  ]);
  const same = { spec: { versions: versions(...known, 'string/int-or-string', 'string/novel') } };
  t.deepEqual(warningsOf((await change(server, cart, same)).headers['warning']), ['unrecognized format "novel"']);
});
