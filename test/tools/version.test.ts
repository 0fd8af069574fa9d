import test from 'ava';
import { atLeast, parseVersion } from '../../tools/setup/version.ts';

const rows: readonly (readonly [text: string, version: string | undefined])[] = [
  ['containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6+deb13u1', '1.7.24'],
  ['containerd containerd.io v2.1.9 abc', '2.1.9'],
  ['1.6.20~ds1-1+deb12u3', '1.6.20'],
  ['no number', undefined],
];

for (const [text, version] of rows) {
  test(`"${text}" names version ${version ?? 'none'}`, (t) => t.is(parseVersion(text), version));
}

test('versions compare by number, not by text', (t) => {
  t.true(atLeast('1.10', '1.7.0'));
  t.true(atLeast('2.0.0', '1.7.0'));
  t.true(atLeast('1.7.0', '1.7.0'));
  t.false(atLeast('1.6.20', '1.7.0'));
});
