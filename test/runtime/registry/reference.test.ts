import * as fc from 'fast-check';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { isLoopback, parseReference } from '../../../runtime/registry/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const rows: readonly (readonly [string, string])[] = [
  ['busybox', 'docker.io registry-1.docker.io library/busybox latest'],
  ['team/app:v1', 'docker.io registry-1.docker.io team/app v1'],
  ['docker.io/busybox:1.36', 'docker.io registry-1.docker.io library/busybox 1.36'],
  ['index.docker.io/a/b', 'docker.io registry-1.docker.io a/b latest'],
  ['localhost/app', 'localhost localhost app latest'],
  ['localhost:5000/a/b/c:x', 'localhost:5000 localhost:5000 a/b/c x'],
  ['[::1]:5000/app', '[::1]:5000 [::1]:5000 app latest'],
  ['ghcr.io/a__b/c-d.e:V_1.2-x', 'ghcr.io ghcr.io a__b/c-d.e V_1.2-x'],
  [`quay.io/a/b@${digest}`, `quay.io quay.io a/b ${digest}`],
  [`quay.io/a/b:v1@${digest}`, `quay.io quay.io a/b ${digest}`],
];

for (const [text, expected] of rows) {
  test(`${text} is understood`, (t) => {
    const { registry, host, repository, target } = parseReference(text);
    t.is([registry, host, repository, target].join(' '), expected);
  });
}

const bad = [
  '',
  'Upper/app',
  'a b',
  'app:',
  'app@sha256:12',
  'app:-x',
  'a//b',
  '/app',
  'app/',
  'exa mple.com/app',
  'host:99999/app',
  '../etc/passwd',
  'a/../b',
  'app@md5:00',
  `a.b/${'x'.repeat(256)}`,
  'user:pass@host.io/app',
  'app\n',
];

for (const text of bad) {
  test(`${JSON.stringify(text.slice(0, 30))} is refused`, (t) => {
    const error = t.throws(() => parseReference(text), { instanceOf: RuntimeError });
    t.is(error.code, 'InvalidArgument');
    t.is(error.reason, 'InvalidImageName');
  });
}

test('whatever the text, it is understood or InvalidArgument, and never changes the host of the address', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.:@/_\-[\]?#%\\]{1,40}$/)), (text) => {
      try {
        const { host, repository, target } = parseReference(text);
        const url = new URL(`https://${host}/v2/${repository}/manifests/${target}`);
        return url.pathname === `/v2/${repository}/manifests/${target}` && url.username === '' && url.search === '';
      } catch (error) {
        return error instanceof RuntimeError && error.code === 'InvalidArgument';
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('this machine has many names', (t) => {
  for (const host of ['localhost', 'localhost:5000', '127.0.0.1:80', '127.9.9.9', '[::1]:1'])
    t.true(isLoopback(host), host);
  for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '[::2]:1'])
    t.false(isLoopback(host), host);
});
