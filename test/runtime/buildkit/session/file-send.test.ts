import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import test, { type ExecutionContext } from 'ava';
import { BytesMessageSchema } from '../../../../proto/gen/buildkit/filesync_pb.ts';
import type { RuntimeError } from '../../../../runtime/errors.ts';
import { fileSend, type Sink } from '../../../../runtime/buildkit/session/file-send.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeTree, type Leaf, type Tree } from '../../files/tree.ts';
import { memoryCall, type MemoryCall } from './memory-call.ts';
import { sendFiles, type Sent } from './sender.ts';

interface World {
  readonly tree: Tree;
  readonly failures: RuntimeError[];
  readonly start: (sink: Sink, id?: string) => { readonly memory: MemoryCall; readonly ended: Promise<void> };
  /** Lets a builder send files into `out`. */
  readonly send: (files: readonly Sent[]) => Promise<void>;
}

const withTree =
  (leaves: Readonly<Record<string, Leaf>>, run: (t: ExecutionContext, world: World) => Promise<void>) =>
  async (t: ExecutionContext): Promise<void> => {
    await using tree = await makeTree(leaves);
    const failures: RuntimeError[] = [];
    const start: World['start'] = (sink, id) => {
      const memory = memoryCall(id === undefined ? {} : { 'buildkit-attachable-exporter-id': [id] });
      const options = {
        sinks: new Map([[Number(id ?? 0), sink]]),
        onFailure: (_sink: Sink, error: RuntimeError) => failures.push(error),
      };
      const ended = fileSend(options).get('/moby.filesync.v1.FileSend/DiffCopy')!(memory.call);
      ended.catch(() => undefined);
      return { memory, ended };
    };
    const send: World['send'] = async (files) => {
      const { memory, ended } = start({ type: 'directory', path: join(tree.path, 'out') });
      await Promise.all([sendFiles(memory, files), ended]);
    };
    await run(t, { tree, failures, start, send });
  };

const bytes = (data: Uint8Array): Uint8Array => toBinary(BytesMessageSchema, create(BytesMessageSchema, { data }));

/** Of what stands beside its place. */
function partSize(directory: string): number {
  const part = readdirSync(directory).find((name) => name.startsWith('.'));
  return part === undefined ? 0 : statSync(join(directory, part)).size;
}

test(
  'a tar is in its place when the method is through, and not before',
  withTree({ 'old.tar': 'old' }, async (t, { tree, start }) => {
    const path = join(tree.path, 'old.tar');
    const { memory, ended } = start({ type: 'file', path }, '3');
    memory.push(bytes(Buffer.from('new ')), bytes(new Uint8Array(0)), bytes(Buffer.alloc(3_000_000, 'x')));
    await eventually('a part is on disk', () => partSize(tree.path) > 3_000_000);
    t.is(readFileSync(path, 'utf8'), 'old');
    memory.push(bytes(Buffer.from(' end')));
    memory.end();
    await ended;
    t.is(readFileSync(path, 'utf8'), `new ${'x'.repeat(3_000_000)} end`);
    t.deepEqual(readdirSync(tree.path), ['old.tar']);
  }),
);

test(
  'a tar into a directory that is not there yet, and an empty one',
  withTree({}, async (t, { tree, start }) => {
    const path = join(tree.path, 'a/b/empty.tar');
    const { memory, ended } = start({ type: 'file', path });
    memory.end();
    await ended;
    t.is(statSync(path).size, 0);
  }),
);

test(
  'a builder that goes away leaves the former file and nothing else',
  withTree({ 'old.tar': 'old' }, async (t, { tree, start }) => {
    const { memory, ended } = start({ type: 'file', path: join(tree.path, 'old.tar') });
    memory.push(bytes(Buffer.alloc(2_000_000)));
    await eventually('a part is on disk', () => partSize(tree.path) > 0);
    memory.abort();
    await t.throwsAsync(ended);
    t.deepEqual(readdirSync(tree.path), ['old.tar']);
    t.is(readFileSync(join(tree.path, 'old.tar'), 'utf8'), 'old');
  }),
);

test(
  'a builder that is gone as soon as it hears that everything is here leaves a whole output',
  withTree({}, async (t, { tree, start, failures }) => {
    const { memory, ended } = start({ type: 'directory', path: join(tree.path, 'out') });
    await sendFiles(memory, [{ path: 'a', content: 'all of it' }], { last: () => memory.abort() });
    await t.notThrowsAsync(ended);
    t.is(readFileSync(join(tree.path, 'out/a'), 'utf8'), 'all of it');
    t.deepEqual(failures, []);
  }),
);

test(
  'a tar where a directory is, and an output that nobody asked for, are told so',
  withTree({ 'there/x': '' }, async (t, { tree, start, failures }) => {
    const { memory, ended } = start({ type: 'file', path: join(tree.path, 'there') });
    memory.end();
    await t.throwsAsync(ended, { message: /there is a directory/ });
    t.is(failures[0]?.code, 'FailedPrecondition');
    t.deepEqual(readdirSync(tree.path), ['there']);
    const other = memoryCall({ 'buildkit-attachable-exporter-id': ['7'] });
    const method = fileSend({ sinks: new Map() }).get('/moby.filesync.v1.FileSend/DiffCopy')!;
    t.like(await t.throwsAsync(method(other.call)), { code: 5 });
  }),
);

/** A file system of 64 KiB; only root can mount one. */
const onSmallDisk = (run: (t: ExecutionContext, world: World, disk: string) => Promise<void>) =>
  withTree({ 'disk/here': '' }, async (t, world) => {
    if (process.getuid?.() !== 0) {
      t.pass();
      return;
    }
    const disk = join(world.tree.path, 'disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tsmoby-test', disk]);
    try {
      await run(t, world, disk);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

test(
  'a full disk is told as such, and nothing stays on it',
  onSmallDisk(async (t, { start, failures }, disk) => {
    const { memory, ended } = start({ type: 'file', path: join(disk, 'out.tar') });
    memory.push(bytes(Buffer.alloc(2_000_000)));
    memory.end();
    t.like(await t.throwsAsync(ended), { code: 8 });
    t.is(failures[0]?.code, 'ResourceExhausted');
    t.regex(failures[0]?.message ?? '', /out\.tar cannot be written: no space left/);
    t.deepEqual(readdirSync(disk), []);
  }),
);

test(
  'a full disk leaves no half of a file in a directory',
  onSmallDisk(async (t, { start, failures }, disk) => {
    const { memory, ended } = start({ type: 'directory', path: join(disk, 'out') });
    const sent = sendFiles(memory, [{ path: 'large', content: 'x'.repeat(200_000) }]);
    t.like(await t.throwsAsync(ended), { code: 8 });
    await t.throwsAsync(sent, { message: /no space left/ });
    t.is(failures[0]?.code, 'ResourceExhausted');
    t.deepEqual(readdirSync(join(disk, 'out')), []);
  }),
);

test(
  'files arrive with modes, times and links, beside what was there',
  withTree(
    { 'out/stays': 'mine', 'out/replaced': 'old', 'out/was-link': { link: '/etc' } },
    async (t, { tree, send }) => {
      await send([
        { path: 'a', directory: true, mode: 0o555 },
        { path: 'a/run', content: '#!', mode: 0o755, setuid: true },
        { path: 'empty', content: '' },
        { path: 'large', content: 'y'.repeat(300_000) },
        { path: 'link', link: '../../etc/passwd' },
        { path: 'replaced', content: 'new' },
        { path: 'same', same: 'a/run' },
        { path: 'was-link', directory: true },
        { path: 'was-link/inside', content: 'in' },
      ]);
      const out = join(tree.path, 'out');
      t.is(readFileSync(join(out, 'stays'), 'utf8'), 'mine');
      t.is(readFileSync(join(out, 'replaced'), 'utf8'), 'new');
      t.is(readFileSync(join(out, 'large'), 'utf8'), 'y'.repeat(300_000));
      t.is(statSync(join(out, 'a')).mode & 0o7777, 0o555);
      t.is(statSync(join(out, 'a/run')).mode & 0o7777, 0o4755);
      t.is(statSync(join(out, 'a/run')).mtimeMs, 1_600_000_000_500);
      t.is(statSync(join(out, 'a')).mtimeMs, 1_600_000_000_500);
      t.is(lstatSync(join(out, 'link')).mtimeMs, 1_600_000_000_500);
      t.is(readlinkSync(join(out, 'link')), '../../etc/passwd');
      t.is(statSync(join(out, 'same')).ino, statSync(join(out, 'a/run')).ino);
      t.true(lstatSync(join(out, 'was-link')).isDirectory());
      t.deepEqual(
        readdirSync(out).filter((name) => name.startsWith('.')),
        [],
      );
      t.false(existsSync('/etc/inside'));
    },
  ),
);

test(
  'the same again changes nothing, and nothing at all is a result too',
  withTree({}, async (t, { tree, send }) => {
    const files: readonly Sent[] = [
      { path: 'd', directory: true },
      { path: 'd/f', content: 'text' },
      { path: 'd/g', same: 'd/f' },
      { path: 'l', link: 'd' },
    ];
    await send(files);
    await send(files);
    await send([]);
    t.deepEqual(readdirSync(join(tree.path, 'out')), ['d', 'l']);
    t.deepEqual(readdirSync(join(tree.path, 'out/d')), ['f', 'g']);
    t.is(readFileSync(join(tree.path, 'out/d/g'), 'utf8'), 'text');
  }),
);

test(
  'many files arrive, asked for a few at a time',
  withTree({}, async (t, { tree, send }) => {
    const names = Array.from({ length: 500 }, (_, n) => `f${String(n).padStart(3, '0')}`);
    await send(names.map((path) => ({ path, content: `content of ${path}` })));
    t.deepEqual(readdirSync(join(tree.path, 'out')), names);
    t.is(readFileSync(join(tree.path, 'out/f499'), 'utf8'), 'content of f499');
  }),
);

const hostile: readonly (readonly [string, readonly Sent[]])[] = [
  ['absolute path', [{ path: '/etc/x', content: 'x' }]],
  ['way up', [{ path: '../x', content: 'x' }]],
  [
    'way up in the middle',
    [
      { path: 'a', directory: true },
      { path: 'a/../../x', content: 'x' },
    ],
  ],
  ['only a way up', [{ path: '..', directory: true }]],
  ['itself', [{ path: '.', directory: true }]],
  ['no name', [{ path: '', content: 'x' }]],
  [
    'double slash',
    [
      { path: 'a', directory: true },
      { path: 'a//x', content: 'x' },
    ],
  ],
  ['zero in the name', [{ path: 'a\0b', content: 'x' }]],
  [
    'through a link of its own',
    [
      { path: 'l', link: '/etc' },
      { path: 'l/x', content: 'x' },
    ],
  ],
  ['through a link that was there', [{ path: 'was-link/x', content: 'x' }]],
  [
    'in a file',
    [
      { path: 'f', content: 'x' },
      { path: 'f/x', content: 'x' },
    ],
  ],
  [
    'link after directory of one name',
    [
      { path: 'd', directory: true },
      { path: 'd', link: '/etc' },
    ],
  ],
  ['hard link out', [{ path: 'h', same: '../secret' }]],
  ['hard link to what was there', [{ path: 'h', same: 'mine' }]],
  ['hard link through a link', [{ path: 'h', same: 'was-link/passwd' }]],
  ['device', [{ path: 'null', device: true }]],
];

for (const [what, files] of hostile) {
  test(
    `refused: ${what}`,
    withTree(
      { secret: 'secret', 'out/mine': '', 'out/was-link': { link: '/etc' } },
      async (t, { tree, failures, send }) => {
        const error = await t.throwsAsync(send(files), { message: /refused/ });
        t.true(error?.message.includes(JSON.stringify(files.at(-1)!.path)) ?? false, error?.message);
        t.is(failures[0]?.code, 'InvalidArgument');
        t.is(readFileSync(join(tree.path, 'secret'), 'utf8'), 'secret');
        t.false(existsSync('/etc/x'));
        t.false(existsSync(join(tree.path, 'x')));
        t.deepEqual(
          readdirSync(join(tree.path, 'out')).filter((name) => name.startsWith('.tsmoby')),
          [],
        );
      },
    ),
  );
}

test(
  'a directory with something in it does not give way to a file',
  withTree({ 'out/d/precious': 'mine' }, async (t, { tree, failures, send }) => {
    await t.throwsAsync(send([{ path: 'd', content: 'x' }]), {
      message: /out\/d: there is a directory with something in it/,
    });
    t.is(failures[0]?.code, 'FailedPrecondition');
    t.is(readFileSync(join(tree.path, 'out/d/precious'), 'utf8'), 'mine');
    t.deepEqual(readdirSync(join(tree.path, 'out')), ['d']);
  }),
);

test(
  'a file that comes with fewer bytes than promised is no file',
  withTree({}, async (t, { tree, send }) => {
    await t.throwsAsync(send([{ path: 'f', content: 'abc', size: 10 }]), { message: /3 bytes of 10 of "f"/ });
    t.deepEqual(readdirSync(join(tree.path, 'out')), []);
  }),
);

test(
  'a call that goes away in the middle leaves no file open and no half of one',
  withTree({}, async (t, { tree, start }) => {
    mkdirSync(join(tree.path, 'out'));
    const { memory, ended } = start({ type: 'directory', path: join(tree.path, 'out') });
    const sent = sendFiles(memory, [{ path: 'f', content: 'abc' }], { onRequest: () => memory.abort() });
    await t.throwsAsync(ended);
    await t.throwsAsync(sent);
    t.deepEqual(readdirSync(join(tree.path, 'out')), []);
    const links = readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`);
      } catch {
        return '';
      }
    });
    t.deepEqual(
      links.filter((target) => target.startsWith(tree.path)),
      [],
    );
  }),
);
