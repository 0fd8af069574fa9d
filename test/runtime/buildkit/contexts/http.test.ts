import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createHost } from '../../../../runtime/host/create-host.ts';
import { isRuntimeError } from '../../../../runtime/errors.ts';
import { eventually } from '../../../support/eventually.ts';
import { digestOf, failsWith, open, plain, sends, tar } from './http-world.ts';

for (const [name, command] of [
  ['plain', undefined],
  ['gzip', 'gzip'],
  ['bzip2', 'bzip2'],
  ['xz', 'xz'],
  ['zstd', 'zstd'],
] as const) {
  test(`an archive that is ${name} is unpacked, whatever it is called`, async (t) => {
    let body: Buffer = plain;
    try {
      if (command !== undefined) body = execFileSync(command, ['-c'], { input: plain });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      t.pass(`${name} is not on this machine`);
      return;
    }
    await using scene = await open(sends(body, { 'content-type': 'text/html' }));
    const { path, revision } = await scene.contexts.prepare('u1', { type: 'http', url: `${scene.url}/a.zip?x=1` });
    t.is(revision, digestOf(body));
    t.is(readFileSync(join(path, 'top/page'), 'utf8'), 'hello');
    t.is(statSync(join(path, 'top/page')).mode & 0o7777, 0o640);
    t.is(statSync(join(path, 'top/page')).uid, process.getuid?.() ?? -1);
    t.is(statSync(join(path, 'top')).mode & 0o7777, 0o750);
    t.true(lstatSync(join(path, 'top/link')).isSymbolicLink());
    t.deepEqual(await scene.contexts.list(), ['u1']);
  });
}

test('what the server says is the same is not fetched again', async (t) => {
  await using scene = await open(sends(plain, { etag: '"1"' }));
  const source = { type: 'http', url: scene.url } as const;
  const first = await scene.contexts.prepare('u1', source);
  const before = lstatSync(first.path, { bigint: true });
  t.deepEqual(await scene.contexts.prepare('u1', source), first);
  t.is(lstatSync(first.path, { bigint: true }).ctimeNs, before.ctimeNs);
  t.is(await scene.contexts.revision(source), '"1"');
  t.is(scene.seen.at(-1)?.method, 'HEAD');
  const other = await tar([{ name: 'other', content: 'x' }]);
  scene.answer = sends(other, { etag: '"2"' });
  t.is(await scene.contexts.revision(source), '"2"');
  t.is((await scene.contexts.prepare('u1', source)).revision, digestOf(other));
  t.deepEqual(readdirSync(first.path), ['other']);
});

test('the same archive without a word of the server stays unpacked as it is', async (t) => {
  await using scene = await open(sends(plain));
  const source = { type: 'http', url: scene.url } as const;
  const { path } = await scene.contexts.prepare('u1', source);
  const before = lstatSync(path, { bigint: true });
  await scene.contexts.prepare('u1', source);
  t.is(lstatSync(path, { bigint: true }).ctimeNs, before.ctimeNs);
  t.is(await scene.contexts.revision(source), undefined);
});

test('another address, or another user, is not answered by what is here', async (t) => {
  await using scene = await open(sends(plain, { etag: '"1"' }));
  await scene.contexts.prepare('u1', { type: 'http', url: `${scene.url}/a` });
  const credentials = { username: 'me', password: 'x' };
  for (const source of [{ url: `${scene.url}/b` }, { url: `${scene.url}/b`, credentials }]) {
    await scene.contexts.prepare('u1', { type: 'http', ...source });
    t.is(scene.seen.at(-1)?.headers['if-none-match'], undefined);
  }
});

test('an archive with a wanted digest is asked for once, and no other is taken', async (t) => {
  await using scene = await open(sends(plain));
  const source = { type: 'http', url: scene.url, digest: digestOf(plain) } as const;
  t.is(await scene.contexts.revision(source), digestOf(plain));
  const first = await scene.contexts.prepare('u1', source);
  t.deepEqual(await scene.contexts.prepare('u1', source), first);
  t.is(scene.seen.length, 1);
  const wrong = { ...source, digest: digestOf(Buffer.from('x')) };
  await failsWith(t, scene.contexts.prepare('u1', wrong), 'Corrupt', 'DigestMismatch');
  t.true(existsSync(join(first.path, 'top/page')));
  t.deepEqual(readdirSync(join(first.path, '..')).toSorted(), ['state.json', 'tree']);
});

test('credentials go to the server that they are for, and not on to another', async (t) => {
  await using other = await open(sends(plain));
  await using scene = await open((request, response) => {
    const location = request.url === '/a' ? '/b' : `${other.url}/c`;
    response.writeHead(302, { location }).end();
  });
  const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
  await scene.contexts.prepare('u1', {
    type: 'http',
    url: `${scene.url}/a`,
    credentials: { username: 'me', password: 's3cret' },
  });
  t.deepEqual(
    scene.seen.map(({ headers }) => headers.authorization),
    [basic, basic],
  );
  t.deepEqual(
    other.seen.map(({ url, headers }) => [url, headers.authorization]),
    [['/c', undefined]],
  );
  await scene.contexts.prepare('u2', { type: 'http', url: `${scene.url.replace('//', '//me:s3cret@')}/a` });
  t.is(scene.seen.at(-1)?.headers.authorization, basic);
});

for (const [status, code, reason] of [
  [401, 'Unauthorized', 'Unauthorized'],
  [403, 'Unauthorized', 'Unauthorized'],
  [404, 'NotFound', 'ContextNotFound'],
  [500, 'Unavailable', 'ContextFetchFailed'],
  [204, 'Unavailable', 'ContextFetchFailed'],
] as const) {
  test(`status ${status} is ${code}, and repeats no secret`, async (t) => {
    await using scene = await open((_request, response) => void response.writeHead(status).end());
    const url = `${scene.url.replace('//', '//me:s3cret@')}/a?token=hidden`;
    const message = await failsWith(t, scene.contexts.prepare('u1', { type: 'http', url }), code, reason);
    t.notRegex(message, /s3cret|hidden/);
  });
}

test('servers that have no HEAD are only told by fetching', async (t) => {
  await using scene = await open((_request, response) => void response.writeHead(405).end());
  t.is(await scene.contexts.revision({ type: 'http', url: scene.url }), undefined);
  scene.answer = (_request, response) => void response.writeHead(404).end();
  await failsWith(t, scene.contexts.revision({ type: 'http', url: scene.url }), 'NotFound', 'ContextNotFound');
});

test('who breaks off, sends in circles or is not there is tried again', async (t) => {
  await using scene = await open((_request, response) => {
    response.writeHead(200, { 'content-length': '1000000' });
    response.write('x', () => response.destroy());
  });
  const prepare = (url = scene.url) => scene.contexts.prepare('u1', { type: 'http', url });
  await failsWith(t, prepare(), 'Unavailable', 'ContextFetchFailed');
  scene.answer = (request, response) => void response.writeHead(302, { location: request.url }).end();
  await failsWith(t, prepare(), 'Unavailable', 'ContextFetchFailed');
  scene.answer = (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  await failsWith(t, prepare(), 'Unavailable', 'ContextFetchFailed');
  await failsWith(t, prepare('http://127.0.0.1:9/'), 'Unavailable', 'ContextFetchFailed');
  await failsWith(t, prepare('ftp://127.0.0.1/'), 'InvalidArgument');
  t.deepEqual(readdirSync(join(scene.dataDirectory, 'build-contexts/u1/context/http')), []);
});

test('giving up ends the download', async (t) => {
  await using scene = await open((_request, response) => void response.writeHead(200).write('x'));
  const stop = new AbortController();
  const work = scene.contexts.prepare('u1', { type: 'http', url: scene.url }, stop.signal);
  work.catch(() => undefined);
  await eventually('it is asked', () => scene.seen.length > 0);
  stop.abort();
  await failsWith(t, work, 'Cancelled');
});

for (const [title, body] of [
  ['a page', Buffer.from('<html>not found</html>'.repeat(100))],
  ['nothing', Buffer.alloc(0)],
  ['half an archive', plain.subarray(0, 1100)],
  ['half a gzip', execFileSync('gzip', ['-c'], { input: plain }).subarray(0, 60)],
  ['a zip', Buffer.from('504b030414000000', 'hex')],
] as const) {
  test(`${title} is no archive, and what was there before stays`, async (t) => {
    await using scene = await open(sends(plain));
    const { path } = await scene.contexts.prepare('u1', { type: 'http', url: scene.url });
    scene.answer = sends(body);
    await failsWith(t, scene.contexts.prepare('u1', { type: 'http', url: scene.url }), 'Corrupt');
    t.true(existsSync(join(path, 'top/page')));
  });
}

test('nothing of a hostile archive comes to lie outside', async (t) => {
  await using scene = await open(() => undefined);
  const outside = join(scene.root, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'mine');
  for (const entries of [
    [{ name: join(outside, 'absolute'), content: 'x' }],
    [{ name: '../../../../../../outside/up', content: 'x' }],
    [
      { name: 'link', type: 'symlink', linkname: outside },
      { name: 'link/through', content: 'x' },
    ],
    [
      { name: 'link', type: 'symlink', linkname: '../../../../../../outside' },
      { name: 'link/through', content: 'x' },
    ],
    [
      { name: 'a', type: 'symlink', linkname: outside },
      { name: 'a/file', type: 'file', content: 'x' },
    ],
    [{ name: 'hard', type: 'link', linkname: join(outside, 'file') }],
    [
      { name: 'hard', type: 'link', linkname: '../../../../../../outside/file' },
      { name: 'hard', content: 'x' },
    ],
  ] as const) {
    const body = await tar(entries);
    scene.answer = sends(body);
    await scene.contexts.prepare('u1', { type: 'http', url: scene.url }).catch((error: unknown) => {
      t.true(isRuntimeError(error, 'Corrupt'));
    });
    t.deepEqual(readdirSync(outside), ['file'], JSON.stringify(entries));
    t.is(readFileSync(join(outside, 'file'), 'utf8'), 'mine');
    t.is(statSync(join(outside, 'file')).nlink, 1);
  }
});

test('devices of an archive are left out, where they could be made at all', async (t) => {
  if (process.getuid?.() !== 0) {
    t.pass('only root can make devices');
    return;
  }
  const body = await tar([
    { name: 'null', type: 'character-device', devmajor: 1, devminor: 3 },
    { name: 'a', content: 'x' },
  ]);
  await using scene = await open(sends(body));
  const { path } = await scene.contexts.prepare('u1', { type: 'http', url: scene.url });
  t.deepEqual(readdirSync(path), ['a']);
});

test('what a daemon left that was killed while it unpacked is no trouble', async (t) => {
  await using scene = await open(sends(plain));
  const source = { type: 'http', url: scene.url } as const;
  const { path } = await scene.contexts.prepare('u1', source);
  const place = join(path, '..');
  for (const harm of [
    () => mkdirSync(join(place, 'tree.new/left'), { recursive: true }),
    () => writeFileSync(join(place, 'state.json'), '{'),
    () => rmSync(join(place, 'state.json')),
    () => rmSync(path, { recursive: true }),
    () => mkdirSync(join(place, 'tree.old/left'), { recursive: true }),
    () => writeFileSync(join(place, 'archive'), 'half'),
  ]) {
    harm();
    await scene.contexts.prepare('u1', source);
    t.is(readFileSync(join(path, 'top/page'), 'utf8'), 'hello');
  }
});

test('a machine without tar says so', async (t) => {
  await using scene = await open(sends(plain), {
    host: createHost({ runDirectory: '/nowhere', prefix: () => ['/nowhere/at/all'] }),
  });
  await failsWith(t, scene.contexts.prepare('u1', { type: 'http', url: scene.url }), 'Unsupported');
});
