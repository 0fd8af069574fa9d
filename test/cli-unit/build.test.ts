import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { openSqliteStore } from '../../api/store/sqlite.ts';
import { buildInto } from '../../tools/build/bundle.ts';
import { makeFolder } from '../support/interruption.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

test('what is built is whole: commands, the store’s thread and logd each start from their file', async (t) => {
  const target = await makeFolder('/tmp/tsm-dist-');
  try {
    t.true((await buildInto(root, target)) > 100_000);
    t.deepEqual((await readdir(target)).sort(), [
      'daemon.js',
      'dial-program.js',
      'hash-worker.js',
      'library.js',
      'main.js',
      'program',
      'sqlite',
      'yaml-worker.js',
    ]);
    const { stdout } = await run(process.execPath, [`${target}/main.js`, 'explain', 'container.spec.image']);
    t.regex(stdout, /FIELD: image <string>/);
    t.deepEqual((await readdir(`${target}/program`)).sort(), ['logd.mjs', 'netd.mjs']);
    const daemon = await readFile(`${target}/daemon.js`, 'utf8');
    t.regex(daemon, /new URL\("\.\/sqlite\/worker\.js",\s*import\.meta\.url\)/, 'the store finds its thread');
    for (const text of [daemon, await readFile(`${target}/main.js`, 'utf8')])
      // in Latin-1 Node keeps one byte a character
      t.deepEqual(text.match(/.{0,40}[^\0-\xff]/g), null);
    t.false(/new URL\(["'][^"']*\.ts["'], import\.meta\.url\)/.test(daemon), 'nothing looks for sources');
    const workerUrl = pathToFileURL(`${target}/sqlite/worker.js`);
    await using store = await openSqliteStore(join(target, 'store.db'), { workerUrl });
    const revision = await store.create('/a', Buffer.from('{}'));
    t.is((await store.get('/a'))?.modRevision, revision);
  } finally {
    await rm(target, { recursive: true });
  }
});

test('the launcher runs the program, and says what it needs when Node is too old', async (t) => {
  const { stdout } = await run(`${root}cli/tsmoby`, ['version', '--client'], { env: { PATH: process.env['PATH'] } });
  t.regex(stdout, /^Client Version: v/);
  const launcher = await readFile(`${root}cli/tsmoby`, 'utf8');
  const aged = launcher.replace('process.versions.node', "'20.1.0'");
  const old = run(process.execPath, ['--input-type=module', '--eval', aged.replace(/^#!.*\n/, '')]);
  await t.throwsAsync(old, { message: /error: tsmoby needs Node 24 or newer, and this is v\d/ });
});
