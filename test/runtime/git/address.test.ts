import test from 'ava';
import { checkRef, parseAddress, parseSubmoduleAddress } from '../../../runtime/git/address.ts';
import { isRuntimeError } from '../../../runtime/errors.ts';

for (const [text, url, protocol] of [
  ['https://host.io/a/b.git', 'https://host.io/a/b.git', 'https'],
  ['http://127.0.0.1:3000/a', 'http://127.0.0.1:3000/a', 'http'],
  ['https://user:p%40ss@host.io/a', 'https://host.io/a', 'https'],
  ['ssh://git@host.io:22/a', 'ssh://git@host.io:22/a', 'ssh'],
  ['git@host.io:a/b.git', 'git@host.io:a/b.git', 'ssh'],
  ['git@host.io:/srv/b.git', 'git@host.io:/srv/b.git', 'ssh'],
  ['git://host.io/a', 'git://host.io/a', 'git'],
  ['file:///srv/a', 'file:///srv/a', 'file'],
  ['/srv/a', '/srv/a', 'file'],
] as const) {
  test(`${text} is a repository`, (t) => {
    t.like(parseAddress(text), { url, protocol });
  });
}

test('what stands in a URL as user and password is a credential, and no part of the address', (t) => {
  t.deepEqual(parseAddress('https://user:p%40ss@host.io/a').credentials, {
    type: 'basic',
    username: 'user',
    password: 'p@ss',
  });
  t.is(parseAddress('https://host.io/a').credentials, undefined);
});

for (const text of [
  '',
  'a/b',
  './a',
  '--upload-pack=touch /x',
  '-oProxyCommand=x@host:a',
  'ssh://-oProxyCommand=touch/x',
  'ssh://-l@host/x',
  'ext::sh -c touch% /x',
  'ext::sh',
  'fd::7',
  'ftp://host/a',
  'https:host/a',
  'https://host/a b',
  'https://host/a\nb',
  'https://',
  'host:a',
  'git@-host:a',
  'git@host:',
  'rsync://host/a',
  'hg::https://host/a',
]) {
  test(`${JSON.stringify(text)} is refused`, (t) => {
    t.true(
      isRuntimeError(
        t.throws(() => parseAddress(text)),
        'InvalidArgument',
      ),
    );
  });
}

test('a password in an address that is refused is not repeated', (t) => {
  t.notRegex(t.throws(() => parseAddress('ftp://user:secret@host/a')).message, /secret/);
});

for (const [text, advice] of [
  ['ssh://git:hunter2@host.io/a', /^ssh:\/\/…@host\.io\/a: .*kubernetes\.io\/ssh-auth/],
  ['ssh://:hunter2@host.io/a', /kubernetes\.io\/ssh-auth/],
  ['git://me:hunter2@host.io/a', /https:\/\/ and a Secret of type kubernetes\.io\/basic-auth/],
  ['ssh://git:hun/ter2@host.io/a', /is no address/],
] as const) {
  test(`${text} is refused for its password, which is not repeated`, (t) => {
    const error = t.throws(() => parseAddress(text));
    t.true(isRuntimeError(error, 'InvalidArgument'));
    t.regex(error.message, advice);
    t.notRegex(error.message, /hun|ter2/);
  });
}

for (const [parent, text, url] of [
  ['https://host.io/a/b.git', '../c.git', 'https://host.io/a/c.git'],
  ['https://host.io/a/b.git', './c.git', 'https://host.io/a/b.git/c.git'],
  ['https://host.io/a/b', '../../c', 'https://host.io/c'],
  ['git@host.io:a/b.git', '../c.git', 'git@host.io:a/c.git'],
  ['ssh://git@host.io/a/b', '../c/', 'ssh://git@host.io/a/c'],
  ['/srv/a.git', '../b.git', '/srv/b.git'],
  ['file:///srv/a.git', '../b.git', 'file:///srv/b.git'],
  ['/srv/a.git', '/srv/b.git', '/srv/b.git'],
  ['https://host.io/a', 'https://other.io/b', 'https://other.io/b'],
] as const) {
  test(`a submodule ${text} of ${parent} is at ${url}`, (t) => {
    t.is(parseSubmoduleAddress(text, parseAddress(parent)).url, url);
  });
}

for (const text of ['/etc/repository', 'file:///etc/repository', 'ext::sh', '--x', 'relative']) {
  test(`a submodule ${text} of a repository from elsewhere is refused`, (t) => {
    const parent = parseAddress('https://host.io/a/b');
    t.true(
      isRuntimeError(
        t.throws(() => parseSubmoduleAddress(text, parent)),
        'InvalidArgument',
      ),
    );
  });
}

for (const ref of ['main', 'feature/x', 'v1.2.3', 'refs/heads/main', 'a@b', '0123abc', 'ü']) {
  test(`${ref} is a ref`, (t) => {
    t.is(checkRef(ref), ref);
  });
}
for (const ref of [
  '',
  '-x',
  '--upload-pack=x',
  'a..b',
  'a b',
  'a\nb',
  'a~1',
  'a^',
  'a:b',
  'a*',
  'a[',
  '@',
  'a@{1}',
  '/a',
  'a/',
  'a.lock',
  'a//b',
  '.a',
  'a/.b',
  'a.',
  'a\\b',
]) {
  test(`${JSON.stringify(ref)} is no ref`, (t) => {
    t.true(
      isRuntimeError(
        t.throws(() => checkRef(ref)),
        'InvalidArgument',
      ),
    );
  });
}
