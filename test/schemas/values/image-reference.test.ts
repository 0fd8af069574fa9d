import test from 'ava';
import * as fc from 'fast-check';
import {
  familiarImageReference,
  formatImageReference,
  fullImageReference,
  ImageReferenceError,
  isLatest,
  parseImageReference,
  readableImageReference,
  registryHost,
  repositoryName,
} from '../../../schemas/values/image-reference.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

for (const [text, full, familiar] of [
  ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
  ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['index.docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
  ['ghcr.io/org/app:1.2', 'ghcr.io/org/app:1.2', 'ghcr.io/org/app:1.2'],
  ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
  ['localhost:5000/a/b/c', 'localhost:5000/a/b/c:latest', 'localhost:5000/a/b/c:latest'],
  ['127.0.0.1:5000/app:x', '127.0.0.1:5000/app:x', '127.0.0.1:5000/app:x'],
  ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
  ['Registry/app', 'Registry/app:latest', 'Registry/app:latest'],
  [`app@${DIGEST}`, `docker.io/library/app@${DIGEST}`, `app@${DIGEST}`],
  [`host:5000/app:1@${DIGEST}`, `host:5000/app:1@${DIGEST}`, `host:5000/app:1@${DIGEST}`],
  ['a__b/c--d.e', 'docker.io/a__b/c--d.e:latest', 'a__b/c--d.e:latest'],
] as const) {
  test(`${text} is ${full}`, (t) => {
    const reference = parseImageReference(text);
    t.is(formatImageReference(reference), full);
    t.is(familiarImageReference(reference), familiar);
    t.deepEqual(formatImageReference(parseImageReference(full)), full);
  });
}

for (const [text, problem] of [
  ['', /it is empty/],
  ['Busybox', /lower case/],
  ['busybox:', /a tag has/],
  ['busybox:-x', /a tag has/],
  [`busybox:${'x'.repeat(129)}`, /a tag has/],
  ['busybox@sha256:abc', /64 lower-case hexadecimal/],
  ['busybox@md5:abc', /must begin with sha256/],
  ['busybox@constructor:abc', /must begin with sha256/],
  [`busybox@${DIGEST.toUpperCase()}`, /must begin with sha256/],
  ['a//b', /in parts divided by/],
  ['/a', /in parts divided by/],
  ['a/', /in parts divided by/],
  ['https://ghcr.io/a', /no registry host/],
  ['-bad.io/a', /no registry host/],
  ['a b', /in parts divided by/],
  ['a..b', /in parts divided by/],
  ['0'.repeat(64), /a bare digest is no name/],
  ['a'.repeat(256), /longer than 255/],
  ['a'.repeat(2000), /longer than 1024/],
] as const) {
  test(`${JSON.stringify(text.slice(0, 40))} is refused: ${problem.source}`, (t) => {
    t.throws(() => parseImageReference(text), { instanceOf: ImageReferenceError, message: problem });
  });
}

test('only a reference without tag and digest, or with the tag latest, follows latest', (t) => {
  t.true(isLatest(parseImageReference('a')));
  t.true(isLatest(parseImageReference('a:latest')));
  t.false(isLatest(parseImageReference('a:1')));
  t.false(isLatest(parseImageReference(`a@${DIGEST}`)));
});

test('Docker Hub is spoken to at its registry host', (t) => {
  t.is(registryHost(parseImageReference('a')), 'registry-1.docker.io');
  t.is(registryHost(parseImageReference('h:1/a')), 'h:1');
  t.is(repositoryName(parseImageReference('a')), 'docker.io/library/a');
});

test('reading never fails in another way, and what is read is written to the same reference', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '/', ':', '.', '@', '-', '_', '1', '[', ']') }), (text) => {
      try {
        const full = formatImageReference(parseImageReference(text));
        t.is(formatImageReference(parseImageReference(full)), full);
      } catch (error) {
        t.true(error instanceof ImageReferenceError);
      }
    }),
  );
});

test('a reference is told in full, or not at all where nobody can read it', (t) => {
  t.is(fullImageReference('app'), 'docker.io/library/app:latest');
  t.throws(() => fullImageReference('UPPER'), { instanceOf: ImageReferenceError });
  t.is(readableImageReference('app:1'), 'docker.io/library/app:1');
  t.is(readableImageReference('UPPER'), undefined);
  t.is(readableImageReference(undefined), undefined);
});
