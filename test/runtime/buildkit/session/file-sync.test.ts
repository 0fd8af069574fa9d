import { appendFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { StatusError } from '../../../../runtime/buildkit/grpc/server.ts';
import { makeTree } from '../../files/tree.ts';
import { methodOf, openBelow, pathsOf, withTree } from './file-sync-world.ts';
import { memoryCall } from './memory-call.ts';
import { decode, encodePacket, receive } from './receiver.ts';

test(
  'the builder gets the list, and the content of what it asks for',
  withTree(
    {
      'a/file': { content: 'text', mode: 0o4751 },
      'a/same': { same: 'a/file' },
      'a/empty': '',
      'b/link': { link: '/etc/passwd' },
      'c/fifo': { special: 'fifo' },
      'c/socket': { special: 'socket' },
      '𝒳\n': 'odd',
    },
    async (t, { transfer, changed }) => {
      const received = await transfer();
      t.deepEqual(
        received.stats.map(({ path, mode, size, linkname, uid, gid }) => [path, mode, size, linkname, uid, gid]),
        [
          ['a', 0x800001ed, 0n, '', 0, 0],
          ['a/empty', 0o644, 0n, '', 0, 0],
          ['a/file', 0x008001e9, 4n, '', 0, 0],
          ['a/same', 0x008001e9, 4n, 'a/file', 0, 0],
          ['b', 0x800001ed, 0n, '', 0, 0],
          ['b/link', 0x080001ff, 11n, '/etc/passwd', 0, 0],
          ['c', 0x800001ed, 0n, '', 0, 0],
          ['c/fifo', 0x020001a4, 0n, '', 0, 0],
          ['c/socket', 0o755, 0n, '', 0, 0],
          ['𝒳\n', 0o644, 3n, '', 0, 0],
        ],
      );
      t.is(received.stats[1]?.modTime, 1_700_000_000_250_000_000n);
      t.deepEqual(
        received.stats.flatMap(({ path }) => {
          const content = received.contents.get(path);
          return content === undefined ? [] : [[path, content.toString()]];
        }),
        [
          ['a/empty', ''],
          ['a/file', 'text'],
          ['c/socket', ''],
          ['𝒳\n', 'odd'],
        ],
      );
      t.deepEqual(changed, []);
    },
  ),
);

test(
  'a device goes as its number',
  withTree({}, async (t, { tree, transfer }) => {
    if (process.getuid?.() !== 0) {
      t.pass();
      return;
    }
    await tree.put({ null: { special: 'character' } });
    const { stats } = await transfer();
    t.like(stats[0], { mode: 0x04200000 + 0o644, devmajor: 1n, devminor: 3n });
  }),
);

test(
  'patterns come one by one, with commas in them, or query-escaped',
  withTree({ a: '', b: '', 'a, b': '', 'ä+ %': '', z: '' }, async (t, { transfer }) => {
    t.deepEqual(pathsOf(await transfer({ 'exclude-patterns': ['a, b', 'z'] })), ['a', 'b', 'ä+ %']);
    t.deepEqual(pathsOf(await transfer({ 'include-patterns': ['a'], followpaths: ['z'] })), ['a', 'z']);
    const encoded = { 'include-patterns': ['%C3%A4%2B+%25'], 'include-patterns-encoded': ['1'] };
    t.deepEqual(pathsOf(await transfer(encoded)), ['ä+ %']);
  }),
);

test('what was not given is not read', async (t) => {
  const memory = memoryCall({ 'dir-name': ['other'] });
  const error = await t.throwsAsync(methodOf({ directories: new Map() })(memory.call), { instanceOf: StatusError });
  t.like(error, { code: 5, message: 'no access allowed to dir "other"' });
});

test(
  'files of all sizes arrive whole, whatever the order of the chunks',
  withTree({}, async (t, { tree, transfer }) => {
    const sizes = [1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_000_000, 3_000_000];
    const files = Object.fromEntries(sizes.map((size, index) => [`f${index}`, Buffer.alloc(size, `${size}|`)]));
    await tree.put(files);
    const { contents } = await transfer();
    for (const [path, content] of Object.entries(files)) t.true(contents.get(path)?.equals(content), path);
  }),
);

test(
  'a builder that reads slowly is waited for: no more than a little is on its way',
  withTree({}, async (t, { tree, start }) => {
    await tree.put(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`f${n}`, Buffer.alloc(2_000_000)])));
    const { memory, ended } = start();
    let most = 0;
    const { contents } = await receive(memory, { onPacket: () => void (most = Math.max(most, memory.waiting)) });
    await ended;
    t.is(contents.size, 8);
    t.true(most < 4_000_000, `${most} bytes were waiting`);
  }),
);

test(
  'a file that is gone, or is something else, when it is asked for is empty, and is told as changed',
  withTree({ gone: 'text', link: 'text', fine: 'text', directory: 'text' }, async (t, { tree, changed, transfer }) => {
    const { contents } = await transfer(undefined, {
      onPacket: (packet) => {
        if (packet.type !== 0 || packet.stat !== undefined) return;
        for (const name of ['gone', 'link', 'directory']) rmSync(join(tree.path, name), { force: true });
        symlinkSync('/etc/passwd', join(tree.path, 'link'));
      },
      wants: () => true,
    });
    // Requests go out with the list, so that some may be answered before.
    for (const name of ['gone', 'link', 'directory']) {
      if (changed.includes(`context:${name}`)) t.is(contents.get(name)?.length, 0);
      else t.is(contents.get(name)?.toString(), 'text');
    }
    t.is(contents.get('fine')?.toString(), 'text');
  }),
);

const changes: readonly (readonly [string, number, (path: string) => void, number])[] = [
  ['grows', 4, (path) => appendFileSync(path, 'more'), 4],
  ['shrinks', 4, (path) => truncateSync(path, 2), 2],
  ['is written anew', 4, (path) => writeFileSync(path, 'news'), 4],
  ['is replaced', 4, (path) => (writeFileSync(`${path}.new`, 'news'), renameSync(`${path}.new`, path)), 4],
  ['vanishes', 4, (path) => rmSync(path), 0],
  ['becomes a link', 4, (path) => (rmSync(path), symlinkSync('/etc/passwd', path)), 0],
  ['grows', 900_000, (path) => appendFileSync(path, 'more'), 900_000],
  ['shrinks', 900_000, (path) => truncateSync(path, 2), 2],
  ['vanishes', 900_000, (path) => rmSync(path), 0],
  ['becomes a link', 900_000, (path) => (rmSync(path), symlinkSync('/etc/passwd', path)), 0],
];

for (const [what, size, change, arrives] of changes) {
  test(
    `a file of ${size} bytes that ${what} after the list is sent as far as it is there, and told as changed`,
    withTree({ file: Buffer.alloc(size, 'x') }, async (t, { tree, changed, start }) => {
      const { memory, ended } = start();
      const lengths: number[] = [];
      for await (const message of memory.sent) {
        const { type, stat, data } = decode(message);
        if (type === 0 && stat === undefined) {
          change(join(tree.path, 'file'));
          memory.push(encodePacket({ type: 1, id: 0 }));
        } else if (type === 2) {
          lengths.push(data.length);
          if (data.length === 0) memory.push(encodePacket({ type: 3 }));
        } else if (type === 3) break;
      }
      await ended;
      t.is(
        lengths.reduce((sum, length) => sum + length, 0),
        arrives,
      );
      t.deepEqual(changed, ['context:file']);
      t.deepEqual(openBelow(tree.path), []);
    }),
  );
}

test('a directory with nothing in it needs to be nowhere', async (t) => {
  const memory = memoryCall({ 'dir-name': ['context'] });
  const ended = methodOf({ directories: new Map([['context', undefined]]) })(memory.call);
  t.deepEqual((await receive(memory)).stats, []);
  await ended;
});

for (const size of [4, 900_000]) {
  test(
    `a file of ${size} bytes is not read through a link that took the place of a directory on the way`,
    withTree({ 'd/e/file': Buffer.alloc(size, 'x') }, async (t, { tree, changed, start }) => {
      await using outside = await makeTree({ 'e/file': Buffer.alloc(size, 's') });
      const { memory, ended } = start();
      let sent = '';
      for await (const message of memory.sent) {
        const { type, stat, data } = decode(message);
        if (type === 0 && stat === undefined) {
          renameSync(join(tree.path, 'd'), join(tree.path, 'before'));
          symlinkSync(outside.path, join(tree.path, 'd'));
          memory.push(encodePacket({ type: 1, id: 2 }));
        } else if (type === 2) {
          sent += Buffer.from(data).toString();
          if (data.length === 0) memory.push(encodePacket({ type: 3 }));
        } else if (type === 3) break;
      }
      await ended;
      t.is(sent, '');
      t.deepEqual(changed, ['context:d/e/file']);
      t.deepEqual(openBelow(outside.path), []);
    }),
  );
}

test(
  'a context that is reached through a link is read',
  withTree({ 'real/file': 'text', link: { link: 'real' } }, async (t, { tree }) => {
    const memory = memoryCall({ 'dir-name': ['context'] });
    const ended = methodOf({ directories: new Map([['context', join(tree.path, 'link')]]) })(memory.call);
    const { contents } = await receive(memory);
    await ended;
    t.is(contents.get('file')?.toString(), 'text');
  }),
);

test(
  'ids that mean no file, and files that were asked for before, are refused',
  withTree({ 'd/file': 'text' }, async (t, { start }) => {
    for (const ids of [[0], [2], [1, 1]]) {
      const { memory, ended } = start();
      const error = await t.throwsAsync(async () => {
        for await (const message of memory.sent) {
          const { type, stat, data } = decode(message);
          if (type === 4) throw new Error(Buffer.from(data).toString());
          if (type === 0 && stat === undefined) for (const id of ids) memory.push(encodePacket({ type: 1, id }));
        }
      });
      t.is(error?.message, `invalid file id ${ids.at(-1)}`);
      t.like(await t.throwsAsync(ended), { code: 3 });
    }
  }),
);

test(
  'an error of the builder ends the transfer with its text',
  withTree({ file: 'text' }, async (t, { start, failures }) => {
    const { memory, ended } = start();
    memory.push(encodePacket({ type: 4, data: Buffer.from('no space') }));
    t.like(await t.throwsAsync(ended), { message: 'error from receiver: no space' });
    t.deepEqual(failures, []);
  }),
);

test(
  'a builder that leaves in the middle, or sends what it should not, ends the transfer',
  withTree({ file: 'text' }, async (t, { start }) => {
    const left = start();
    left.memory.end();
    t.like(await t.throwsAsync(left.ended), { code: 1 });
    const odd = start();
    odd.memory.push(encodePacket({ type: 2, id: 1, data: Buffer.from('x') }));
    t.like(await t.throwsAsync(odd.ended), { code: 3 });
    const garbage = start();
    garbage.memory.push(Uint8Array.from([0xff, 0xff]));
    await t.throwsAsync(garbage.ended);
  }),
);

test(
  'a context that is not there fails with what it is, for the builder and for us',
  withTree({}, async (t, { tree, start, failures }) => {
    rmSync(tree.path, { recursive: true });
    const { memory, ended } = start();
    await t.throwsAsync(receive(memory), { message: `there is no directory ${tree.path}` });
    await t.throwsAsync(ended);
    t.like(failures[0], { code: 'NotFound', reason: 'ContextNotFound' });
  }),
);

test(
  'a call that goes away at any moment leaves no file open',
  withTree({}, async (t, { tree, start }) => {
    await tree.put(
      Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [`d${n % 5}/f${n}`, Buffer.alloc(n % 3 === 0 ? 600_000 : 2000)]),
      ),
    );
    for (let after = 1; after <= 60; after += 3) {
      const { memory, ended } = start();
      let packets = 0;
      await receive(memory, {
        onPacket: () => {
          if (++packets === after) memory.abort();
        },
      }).catch(() => undefined);
      await ended.catch(() => undefined);
      t.deepEqual(openBelow(tree.path), []);
    }
  }),
);

test(
  'many small files arrive, with requests that come one by one',
  withTree({}, async (t, { tree, transfer }) => {
    await tree.put(Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`d${n % 7}/f${n}`, `content ${n}`])));
    let packets = 0;
    const { contents } = await transfer(undefined, {
      onPacket: async () => {
        if (++packets % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    t.is(contents.size, 1000);
    for (let n = 0; n < 1000; n++) {
      if (contents.get(`d${n % 7}/f${n}`)?.toString() !== `content ${n}`) t.fail(`${n}`);
    }
  }),
);
