/** The README's first command, as it is: up, serving, and away without a trace. */
import test from 'ava';
import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assertNoLeaks, shimSockets } from '../support/daemon/leaks.ts';
import { makeFolder } from '../support/interruption.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

test('quickstart comes up twice, serves, and --down leaves nothing behind', async (t) => {
  const folder = await makeFolder('/tmp/tsm-q-');
  const env = { ...process.env, QUICKSTART_DATA: join(folder, 'q'), QUICKSTART_RUN: join(folder, 'r') };
  const quickstart = (...args: readonly string[]) =>
    run(process.execPath, ['tools/quickstart/main.ts', ...args], { cwd: root, env });
  const socketsBefore = await shimSockets();
  const tsmoby = (...args: readonly string[]) =>
    run(join(root, 'cli/tsmoby'), args, { env: { ...env, TSMOBY_HOST: `unix://${folder}/r/tsmoby.sock` } });
  try {
    const { stdout } = await quickstart();
    t.regex(stdout, /container\.tsmoby\.dev\/web condition met/);
    t.regex(stdout, /hello moby, this is line/);
    t.regex(stdout, /<h1>Served by tsmoby<\/h1>/);
    const pid = (await tsmoby('get', 'container', 'counter', '-o', 'jsonpath={.status.pid}')).stdout;
    const again = await quickstart();
    t.regex(again.stdout, /container\.tsmoby\.dev\/counter unchanged/);
    t.is((await tsmoby('get', 'container', 'counter', '-o', 'jsonpath={.status.pid}')).stdout, pid);
  } finally {
    const { stdout } = await quickstart('--down');
    t.regex(stdout, /Everything that quickstart made is gone/);
  }
  t.deepEqual(await readdir(folder), []);
  await t.notThrowsAsync(assertNoLeaks({ folder, directories: [], identity: undefined, socketsBefore }));
  await rm(folder, { recursive: true });
});

test('--down without anything running is no error', async (t) => {
  const folder = await makeFolder('/tmp/tsm-q-');
  const env = { ...process.env, QUICKSTART_DATA: join(folder, 'q'), QUICKSTART_RUN: join(folder, 'r') };
  await t.notThrowsAsync(run(process.execPath, ['tools/quickstart/main.ts', '--down'], { cwd: root, env }));
  t.deepEqual(await readdir(folder), []);
  await rm(folder, { recursive: true });
});
