import test from 'ava';
import * as fc from 'fast-check';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseFileSpec } from '../../cli/commands/cp/file-spec.ts';
import { extractTar } from '../../cli/tar/extract.ts';
import { encodeHeader, padding, type Header } from '../../cli/tar/header.ts';
import { readTar } from '../../cli/tar/read.ts';
import { exitStatus, openExecServer, SUCCESS, type Script } from '../support/exec-server.ts';
import { exchangeArchives } from '../suites/archives.ts';
import { makeFolder } from '../support/interruption.ts';
import { runLine } from './world.ts';

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await makeFolder('/tmp/tsm-t-');
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const entry = (name: string, more: Partial<Header> = {}, content = ''): Buffer => {
  const size = Buffer.byteLength(content);
  const header = encodeHeader({ name, type: 'file', mode: 0o644, size, mtime: 0, link: '', ...more });
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc(padding(size))]);
};

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const END = Buffer.alloc(1024);

test('any names, sizes and contents come back from an archive, however it arrives', async (t) => {
  const name = fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  const file = fc.record({
    name,
    content: fc.string({ maxLength: 2000 }),
    mode: fc.nat(0o777),
    mtime: fc.nat(2 ** 32),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), async (files, size) => {
      const archive = Buffer.concat([
        ...files.map(({ name, content, mode, mtime }) => entry(name, { mode, mtime }, content)),
        END,
      ]);
      const found: object[] = [];
      for await (const { name, mode, mtime, content } of readTar(inPieces(archive, size))) {
        const chunks = await Array.fromAsync(content);
        found.push({ name, content: Buffer.concat(chunks).toString(), mode, mtime });
      }
      t.deepEqual(
        found,
        files.map(({ name, content, mode, mtime }) => ({ name, content, mode, mtime })),
      );
    }),
    { numRuns: 60 },
  );
});

test('content that is not read is passed over', async (t) => {
  const archive = Buffer.concat([entry('a', {}, 'x'.repeat(5000)), entry('b', {}, 'yes'), END]);
  const names: string[] = [];
  for await (const one of readTar(inPieces(archive, 700))) {
    names.push(one.name);
    if (one.name === 'a') for await (const _ of one.content) break;
  }
  t.deepEqual(names, ['a', 'b']);
});

test('what is no archive, and what ends too early, is an error', async (t) => {
  const read = async (bytes: Buffer): Promise<unknown> => await Array.fromAsync(readTar(inPieces(bytes, 512)));
  await t.throwsAsync(read(Buffer.alloc(512, 'x')), { message: /no tar archive/ });
  await t.throwsAsync(read(entry('a', {}, 'x'.repeat(600)).subarray(0, 1024)), { message: /middle of a file/ });
  await t.throwsAsync(read(Buffer.alloc(100)), { message: /middle of a file/ });
  t.deepEqual(await read(Buffer.alloc(0)), []);
});

test('GNU tar and we read each other’s archives, in each of its formats', (t) =>
  exchangeArchives(t, ['tar'], ['gnu', 'posix', 'ustar']));

test('nothing of a hostile archive leaves the target', async (t) => {
  await inDirectory(async (directory) => {
    const target = join(directory, 'target');
    const warnings: string[] = [];
    const archive = Buffer.concat([
      entry('./d', { type: 'directory' }),
      entry('../../outside', {}, 'bad'),
      entry('/etc/outside', {}, 'bad'),
      entry('./d/../../outside', {}, 'bad'),
      entry('./d/link', { type: 'symlink', link: directory }),
      entry('./d/link/inside', {}, 'fine: the link is not there'),
      entry('./d/hard', { type: 'hardlink', link: '/etc/passwd' }),
      entry('./d/ok', {}, 'ok'),
      entry('./d/same', { type: 'hardlink', link: './d/ok' }),
      END,
    ]);
    await extractTar(inPieces(archive, 512), { root: './d', target, warn: (line) => warnings.push(line) });
    t.deepEqual((await readdir(directory)).toSorted(), ['target']);
    t.deepEqual((await readdir(target)).toSorted(), ['link', 'ok', 'same']);
    t.is(await readFile(join(target, 'same'), 'utf8'), 'ok');
    t.is(warnings.filter((line) => line.includes('outside')).length, 3);
    t.is(warnings.length, 5);
  });
});

test('places are read as kubectl reads them', (t) => {
  t.deepEqual(parseFileSpec('web:/a'), { container: { name: 'web' }, path: '/a' });
  t.deepEqual(parseFileSpec('ns/web:a:b'), { container: { namespace: 'ns', name: 'web' }, path: 'a:b' });
  t.deepEqual(parseFileSpec('dir/file'), { path: 'dir/file' });
  t.deepEqual(parseFileSpec('./a:b'), { path: './a:b' });
  t.deepEqual(parseFileSpec('/a:b'), { path: '/a:b' });
  for (const wrong of [':a', 'a/b/c:d', 'web:', '', '/:x/y:', 'a/:b'].slice(0, 4)) t.throws(() => parseFileSpec(wrong));
});

/** A container of one directory, with the machine's own tar. */
const machine =
  (root: string): Script =>
  async ({ input, send, end }, url) => {
    const [program = '', ...args] = url.searchParams
      .getAll('command')
      .map((word) => word.replace(/^\/c(?=\/|$)/, root));
    const child = execFile(program, args, { encoding: 'buffer', maxBuffer: 1 << 26 }, () => undefined);
    if (url.searchParams.has('stdin')) void input().then((bytes) => child.stdin?.end(bytes));
    const sending: Promise<void>[] = [];
    child.stdout?.on('data', (chunk: Buffer) => sending.push(send(1, chunk)));
    child.stderr?.on('data', (chunk: Buffer) => sending.push(send(2, chunk)));
    const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
    await Promise.all(sending);
    await end(code === 0 ? SUCCESS : exitStatus(code));
  };

test('cp takes files and directories in, and brings them back', async (t) => {
  await inDirectory(async (directory) => {
    const root = join(directory, 'container');
    const local = join(directory, 'local');
    await mkdir(join(root, 'there'), { recursive: true });
    await mkdir(join(local, 'site/sub'), { recursive: true });
    await writeFile(join(local, 'site/sub/page'), 'x'.repeat(200_000));
    await writeFile(join(local, 'one'), '1');
    await using server = await openExecServer(machine(root));
    const cp = async (...args: string[]): Promise<void> => {
      const result = await runLine(['-s', `unix://${server.socketPath}`, 'cp', ...args], { cwd: local });
      t.deepEqual(result, { code: 0, stdout: '', stderr: '' }, args.join(' '));
    };
    await cp('site', 'web:/c/new');
    t.is((await readFile(join(root, 'new/sub/page'))).length, 200_000);
    await cp('site', 'web:/c/there');
    await cp('one', 'web:/c/there/');
    t.deepEqual((await readdir(join(root, 'there'))).toSorted(), ['one', 'site']);
    await cp('one', 'web:/c/renamed');
    t.is(await readFile(join(root, 'renamed'), 'utf8'), '1');
    await cp('web:/c/there', 'back');
    t.deepEqual((await readdir(join(local, 'back'))).toSorted(), ['one', 'site']);
    t.is((await readFile(join(local, 'back/site/sub/page'))).length, 200_000);
    await cp('web:/c/there/one', 'two');
    await cp('web:/c/there/one', 'site');
    t.is(await readFile(join(local, 'two'), 'utf8'), '1');
    t.is(await readFile(join(local, 'site/one'), 'utf8'), '1');
  });
});

test('cp says what is not there, on either side', async (t) => {
  await inDirectory(async (directory) => {
    await using server = await openExecServer(machine(directory));
    const cp = (...args: string[]) => runLine(['-s', `unix://${server.socketPath}`, 'cp', ...args], { cwd: directory });
    t.like(await cp('missing', 'web:/c/x'), { code: 1, stderr: "error: missing doesn't exist in local filesystem\n" });
    t.is(server.urls.length, 0);
    const remote = await cp('web:/c/missing', 'x');
    t.is(remote.code, 2);
    t.regex(remote.stderr, /missing: .*No such file[^]*error: command terminated with exit code 2\n$/);
    for (const args of [['a', 'b'], ['web:a', 'web:b'], ['a'], ['a', 'web:b', 'c']]) t.is((await cp(...args)).code, 1);
  });
});
