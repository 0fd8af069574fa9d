import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { failsWith, open, plain, sends, tar, type Scene } from './http-world.ts';

const MIB = 1024 * 1024;
const refused = ['InvalidArgument', 'ContextTooLarge'] as const;

const prepare = (scene: Scene) => scene.contexts.prepare('u1', { type: 'http', url: scene.url });

test('an archive that is too large is refused for good, told or not', async (t) => {
  await using scene = await open(sends(Buffer.alloc(2000)), { maxArchiveBytes: 1000 });
  t.regex(await failsWith(t, prepare(scene), ...refused), /it has more than 1000 bytes/);
  scene.answer = (_request, response) => {
    response.write(Buffer.alloc(900));
    response.end(Buffer.alloc(900));
  };
  await failsWith(t, prepare(scene), ...refused);
});

test('what unpacks to more than is taken is ended on the way, and what was there before stays', async (t) => {
  await using scene = await open(sends(plain), { maxUnpackedBytes: MIB });
  const { path } = await prepare(scene);
  const bomb = await tar(Array.from({ length: 8 }, (_, n) => ({ name: `zeros${n}`, content: '\0'.repeat(4 * MIB) })));
  scene.answer = sends(execFileSync('gzip', ['-c'], { input: bomb, maxBuffer: 64 * MIB }));
  t.regex(await failsWith(t, prepare(scene), ...refused), /unpacks to more than 1 MiB/);
  t.is(readFileSync(join(path, 'top/page'), 'utf8'), 'hello');
  t.deepEqual(readdirSync(join(path, '..')).toSorted(), ['state.json', 'tree']);
});

test('an archive of just the size that is taken is unpacked, in whatever pieces it comes', async (t) => {
  const body = await tar([{ name: 'file', content: 'x'.repeat(MIB) }]);
  await using scene = await open(sends(execFileSync('gzip', ['-c'], { input: body })), {
    maxUnpackedBytes: body.length,
  });
  t.is(readFileSync(join((await prepare(scene)).path, 'file')).length, MIB);
});

test('a file with holes counts with all that whoever reads it gets', async (t) => {
  await using scene = await open(sends(plain), { maxUnpackedBytes: 10 * MIB });
  const made = scene.directory('made');
  await scene.write(made, 'sparse', '');
  execFileSync('truncate', ['--size=100M', join(made, 'sparse')]);
  scene.answer = sends(execFileSync('tar', ['-cS', '-C', made, 'sparse'], { maxBuffer: MIB }));
  await failsWith(t, prepare(scene), ...refused);
  rmSync(made, { recursive: true });
});
