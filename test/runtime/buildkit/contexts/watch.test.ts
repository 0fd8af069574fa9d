import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { watchContext } from '../../../../runtime/buildkit/contexts/watch.ts';
import { eventually } from '../../../support/eventually.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { makeTree } from '../../files/tree.ts';
import { settled, watched } from './watched.ts';

const save = (path: string, text = 'x'): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

test('files are told as editors save them: in place, by rename, by a backup', async (t) => {
  await using scene = await watched({ 'context/page': '1' });
  const page = join(scene.path, 'page');
  await scene.told('it was written in place', () => writeFileSync(page, '2'));
  await scene.told('something was appended', () => appendFileSync(page, '3'));
  const byRename = (): void => {
    writeFileSync(`${page}.tmp`, '4');
    renameSync(`${page}.tmp`, page);
  };
  await scene.told('another file took its place', byRename);
  await scene.told('and once more', byRename);
  await scene.told('and is written in place then', () => writeFileSync(page, '5'));
  await scene.told('it went, and came', () => {
    renameSync(page, `${page}~`);
    writeFileSync(page, '6');
    unlinkSync(`${page}~`);
  });
  t.is(readFileSync(page, 'utf8'), '6');
});

test('directories are told that come, go, come back, and are other ones', async (t) => {
  await using scene = await watched({ 'context/a/b/c/file': '1', 'other/b/file': 'x' });
  const at = (name: string): string => join(scene.path, name);
  await scene.told('a deep file changed', () => save(at('a/b/c/file')));
  await scene.told('a directory came, with files', () => save(at('x/y/z/file')));
  await scene.told('a file of it changed', () => save(at('x/y/z/file'), 'y'));
  await scene.told('it went', () => rmSync(at('x'), { recursive: true }));
  await scene.told('it is back', () => save(at('x/y/z/file')));
  await scene.told('a file of it changed again', () => save(at('x/y/z/file'), 'z'));
  await scene.told('it went and came at once', () => {
    rmSync(at('x'), { recursive: true });
    save(at('x/y/z/file'));
  });
  await scene.told('a file of that one changed', () => save(at('x/y/z/file'), 'y'));
  await scene.told('another directory took its place', () => {
    renameSync(at('a/b'), at('old'));
    renameSync(join(scene.path, '../other/b'), at('a/b'));
  });
  await scene.told('a file of the other one changed', () => save(at('a/b/file')));
  await scene.told('a file of the moved one changed', () => save(at('old/c/file'), 'y'));
  t.pass();
});

test('the directory itself may go, come, be another one, and be named by links', async (t) => {
  await using scene = await watched({ 'context/file': '1', 'r1/file': '1', 'r2/deep/file': '2' });
  const above = dirname(scene.path);
  await scene.told('it went', () => rmSync(scene.path, { recursive: true }));
  await scene.told('it is back', () => save(join(scene.path, 'file')));
  await scene.told('a file of it changed', () => save(join(scene.path, 'file'), '2'));
  await scene.told('a link took its place', () => {
    rmSync(scene.path, { recursive: true });
    symlinkSync('r1', scene.path);
  });
  await scene.told('a file behind the link changed', () => save(join(above, 'r1/file'), 'x'));
  await scene.told('the link leads elsewhere', () => {
    symlinkSync('r2', `${scene.path}.new`);
    renameSync(`${scene.path}.new`, scene.path);
  });
  await scene.told('a file there changed', () => save(join(above, 'r2/deep/file'), 'x'));
  await scene.told('where it leads went', () => rmSync(join(above, 'r2'), { recursive: true }));
  await scene.told('where it leads is back', () => save(join(above, 'r2/file')));
  await scene.told('a file there changed again', () => save(join(above, 'r2/file'), 'x'));
  t.pass();
});

test('a directory may be watched before there is one, and before there is what it is in', async (t) => {
  await using tree = await makeTree();
  let calls = 0;
  const path = join(tree.path, 'a/b/c');
  using _watching = watchContext({ path, onChange: () => calls++, log: recordingLog() });
  await eventually('watching has begun', () => calls > 0);
  await settled(() => calls);
  for (const file of ['a/x', 'a/b/x', 'a/b/c/x', 'a/b/c/x']) {
    const before = calls;
    save(join(tree.path, file), String(before));
    if (file === 'a/b/c/x') await eventually(`a call for ${file}`, () => calls > before);
    await settled(() => calls);
  }
  t.pass();
});

test('what the ignore file leaves out is not watched, until it says otherwise', async (t) => {
  await using scene = await watched({
    'context/.dockerignore': 'node_modules\nbuild\n!build/keep',
    'context/node_modules/a/b/file': '',
    'context/build/keep/file': '',
    'context/src/file': '',
  });
  const before = scene.calls();
  save(join(scene.path, 'node_modules/a/b/file'), 'x');
  save(join(scene.path, 'node_modules/a/b/c/file'), 'x');
  await delay(300);
  t.is(scene.calls(), before);
  await scene.told('what is kept of what is left out changed', () => save(join(scene.path, 'build/keep/file'), 'x'));
  await scene.told('the ignore file changed', () => save(join(scene.path, '.dockerignore'), 'build'));
  await scene.told('what was left out before changed', () => save(join(scene.path, 'node_modules/a/b/file'), 'y'));
});

test('the definition is watched where it is left out, and its own ignore file counts', async (t) => {
  await using scene = await watched(
    {
      'context/.dockerignore': 'docker\nsrc',
      'context/docker/web': '',
      'context/docker/web.dockerignore': 'docker\nlog',
      'context/src/file': '',
      'context/log/file': '',
    },
    { digest: { dockerfile: 'docker/web' } },
  );
  await scene.told('the definition changed', () => save(join(scene.path, 'docker/web')));
  await scene.told('its ignore file changed', () =>
    save(join(scene.path, 'docker/web.dockerignore'), 'docker\nlog\nx'),
  );
  await scene.told('what only the other ignore file leaves out changed', () => save(join(scene.path, 'src/file')));
  const before = scene.calls();
  save(join(scene.path, 'log/file'));
  await delay(300);
  t.is(scene.calls(), before);
});

test('an ignore file that is wrong leaves nothing out, and one sees when it is mended', async (t) => {
  await using scene = await watched({ 'context/.dockerignore': '!', 'context/a/file': '' });
  await scene.told('a file changed', () => save(join(scene.path, 'a/file'), 'x'));
  await scene.told('it was mended', () => save(join(scene.path, '.dockerignore'), 'b'));
  t.pass();
});

test('where no watches are left it looks by itself, and says so', async (t) => {
  await using scene = await watched({ 'context/a/b/file': '' }, { maxDirectories: 2, pause: 10 });
  t.like(scene.log.lines, [{ level: 'warn', fields: { code: 'ENOSPC' } }]);
  await scene.told('a file changed', () => save(join(scene.path, 'a/b/file'), 'x'));
  await scene.told('a directory came', () => save(join(scene.path, 'c/d/file')));
  await scene.told('it went', () => rmSync(join(scene.path, 'c'), { recursive: true }));
  await scene.told('all went', () => rmSync(scene.path, { recursive: true }));
  await scene.told('all is back', () => save(join(scene.path, 'x')));
});

test('who watches and fails is no trouble of the others', async (t) => {
  let calls = 0;
  const onChange = (): void => {
    calls++;
    throw new Error('not mine');
  };
  await using scene = await watched({ 'context/a': '' });
  const log = recordingLog();
  using _watching = watchContext({ path: scene.path, onChange, log });
  await eventually('it was told', () => calls > 0);
  await eventually('it was logged', () => log.lines.length > 0);
  await scene.told('a file changed', () => save(join(scene.path, 'a')));
  t.true(calls > 1);
});

test('nothing is told after the end, whatever was under way', async (t) => {
  await using tree = await makeTree({ a: '' });
  for (let round = 0; round < 10; round++) {
    let calls = 0;
    const watching = watchContext({ path: tree.path, onChange: () => calls++, log: recordingLog() });
    if (round % 2 === 0) await eventually('watching has begun', () => calls > 0);
    save(join(tree.path, `d${round}/file`));
    watching[Symbol.dispose]();
    const before = calls;
    await delay(120);
    t.is(calls, before);
  }
});

test('a file may be watched, whatever it is saved by', async (t) => {
  await using scene = await watched({ context: 'FROM a' });
  await scene.told('it was written in place', () => writeFileSync(scene.path, 'FROM b'));
  await scene.told('another took its place', () => {
    writeFileSync(`${scene.path}.new`, 'FROM c');
    renameSync(`${scene.path}.new`, scene.path);
  });
  await scene.told('and is written in place', () => writeFileSync(scene.path, 'FROM d'));
  await scene.told('it went', () => unlinkSync(scene.path));
  await scene.told('it is back', () => writeFileSync(scene.path, 'FROM d'));
  const before = scene.calls();
  writeFileSync(`${scene.path}.neighbour`, '');
  await delay(200);
  t.is(scene.calls(), before);
});
