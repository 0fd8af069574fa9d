import test from 'ava';
import * as fc from 'fast-check';
import { open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, type Header } from 'tar-stream';
import { RuntimeError } from '../../../runtime/errors.ts';
import { readAt } from '../../../runtime/containerd/archive/read-at.ts';
import { decodePax } from '../../../runtime/containerd/archive/tar-header.ts';
import { indexTar } from '../../../runtime/containerd/archive/tar-index.ts';
import { makeFolder } from '../../support/interruption.ts';

interface File {
  readonly header: Partial<Header> & { readonly name: string };
  readonly content?: string;
}

async function tarOf(files: readonly File[]): Promise<Buffer> {
  const tar = pack();
  for (const { header, content } of files) tar.entry(header, content ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Names and contents as the index finds them. */
async function contentsOf(tar: Uint8Array): Promise<Record<string, string>> {
  const folder = await makeFolder(join(tmpdir(), 'tsm-tar-'));
  try {
    const path = join(folder, 'x');
    await writeFile(path, tar);
    await using file = await open(path);
    const entries = await indexTar(file, tar.length, 'x');
    const contents = await Promise.all(
      [...entries].map(async ([name, entry]) => [name, String(await readAt(file, entry, 1e6, name))] as const),
    );
    return Object.fromEntries(contents);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('every file is found with its bytes, long and odd names included', async (t) => {
  const long = `${'folder/'.repeat(30)}file`;
  const tar = await tarOf([
    { header: { name: 'a' }, content: 'A' },
    { header: { name: './b/c' }, content: 'x'.repeat(513) },
    { header: { name: 'd', type: 'directory' } },
    { header: { name: long }, content: 'long' },
    { header: { name: 'ü/é' }, content: 'pax' },
    { header: { name: 'empty' } },
  ]);
  t.deepEqual(await contentsOf(tar), { a: 'A', 'b/c': 'x'.repeat(513), [long]: 'long', 'ü/é': 'pax', empty: '' });
});

test('links lead to files of the archive, and nowhere else', async (t) => {
  const link = (name: string, linkname: string, type: 'link' | 'symlink' = 'symlink'): File => ({
    header: { name, type, linkname },
  });
  const tar = await tarOf([
    link('one/layer.tar', '../two/layer.tar'),
    { header: { name: 'two/layer.tar' }, content: 'layer' },
    link('hard', 'two/layer.tar', 'link'),
    link('chain', 'one/layer.tar'),
    link('outside', '../../../../etc/passwd'),
    link('absolute', '/etc/passwd'),
    link('round', 'round'),
  ]);
  t.deepEqual(await contentsOf(tar), {
    'two/layer.tar': 'layer',
    'one/layer.tar': 'layer',
    hard: 'layer',
    chain: 'layer',
  });
});

test('a name that climbs out is only a key', async (t) => {
  const tar = await tarOf([{ header: { name: '../../etc/passwd' }, content: 'x' }]);
  t.deepEqual(await contentsOf(tar), { 'etc/passwd': 'x' });
});

test('an archive that is cut anywhere before its end mark is Corrupt', async (t) => {
  const tar = await tarOf([
    { header: { name: 'a' }, content: 'x'.repeat(700) },
    { header: { name: 'b' }, content: 'y' },
  ]);
  for (let size = 0; size < tar.length - 1024; size += 97) {
    await t.throwsAsync(contentsOf(tar.subarray(0, size)), { code: 'Corrupt' }, `cut at ${size}`);
  }
});

test('any damage gives other files or Corrupt, never anything else', async (t) => {
  const tar = await tarOf([
    { header: { name: 'a'.repeat(150) }, content: 'x' },
    { header: { name: 'b', pax: { path: 'c' } }, content: 'y' },
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { maxLength: 8 }), async (changes) => {
      const damaged = Buffer.from(tar);
      for (const [at, byte] of changes) damaged[at] = byte;
      try {
        await contentsOf(damaged);
      } catch (error) {
        if (!(error instanceof RuntimeError) || error.code !== 'Corrupt') throw error;
      }
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('pax records count their own length', (t) => {
  t.deepEqual(
    decodePax(Buffer.from('12 path=a/b\n9 size=5\n')),
    new Map([
      ['path', 'a/b'],
      ['size', '5'],
    ]),
  );
  for (const text of ['5 a=b', '99 a=b\n', 'x a=b\n', '4 ab', '0 \n', '6 a b\n', '-3 a=b\n']) {
    t.is(decodePax(Buffer.from(text)), undefined, text);
  }
});
