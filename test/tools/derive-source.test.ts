import test from 'ava';
import { deriveSource } from '../../tools/setup/derive-source.ts';

const stanzas = `# a comment
Types: deb
# another
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/some.gpg
`;

test('a deb822 stanza of the suite keeps its address and key', (t) => {
  t.is(
    deriveSource([{ name: 'debian.sources', text: stanzas }], 'bookworm', 'trixie'),
    'Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/some.gpg\n',
  );
});

test('an embedded key keeps its lines', (t) => {
  const text =
    'Types: deb\nURIs: http://m/d\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN\n .\n abc\n -----END\n';
  const derived = deriveSource([{ name: 'a.sources', text }], 'bookworm', 'trixie');
  t.true(derived.endsWith('Signed-By:\n -----BEGIN\n .\n abc\n -----END\n'), derived);
});

test('a one-line source of the suite keeps its address and key', (t) => {
  const text =
    '# deb http://no/ bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main non-free # x\n';
  t.is(
    deriveSource([{ name: 'sources.list', text }], 'bookworm', 'trixie'),
    'Types: deb\nURIs: http://m/debian\nSuites: trixie\nComponents: main\nSigned-By: /k.gpg\n',
  );
});

test('a disabled stanza and a source of another suite are no basis', (t) => {
  const text = stanzas.replace('Types: deb deb-src', 'Enabled: no\nTypes: deb deb-src');
  t.throws(() => deriveSource([{ name: 'debian.sources', text }], 'bookworm', 'trixie'), {
    message: /no apt source for "bookworm main"/,
  });
});
