/** The library as it is installed: built, with its types, and used by the sample suite on a real daemon. */
import test from 'ava';
import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildInto } from '../../tools/build/bundle.ts';
import { declareInto } from '../../tools/build/declarations.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { environments } from '../support/ci/job.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { assertHoldsNothing } from '../support/daemon/scenario.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let daemon: TestDaemon;
let suite: string;

test.before('the sample in a directory of its own, with the packages that it asks for', async () => {
  daemon = await startTestDaemon();
  const samples = join(daemon.folder, 'samples');
  suite = join(samples, 'ci/library');
  await cp(join(root, 'samples/ci/library'), suite, { recursive: true });
  await buildBusyboxArchive({ output: join(samples, 'busybox.tar'), name: 'tsmoby.dev/busybox:sample' });
  const installed = join(suite, 'node_modules/tsmoby');
  await mkdir(join(installed, 'dist'), { recursive: true });
  await cp(join(root, 'package.json'), join(installed, 'package.json'));
  await Promise.all([buildInto(`${root}/`, join(installed, 'dist')), declareInto(`${root}/`, join(installed, 'dist'))]);
  for (const name of ['ava', '@types'])
    await symlink(join(root, 'node_modules', name), join(suite, 'node_modules', name));
});

test.after.always('nothing is left', async () => {
  await daemon[Symbol.asyncDispose]();
});

test.serial('its types are whole, and say what a test may do', async (t) => {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    module: 'nodenext',
    target: 'es2024',
    allowImportingTsExtensions: true,
  };
  const lib = ['es2024', 'esnext.disposable', 'esnext.collection'];
  const config = { compilerOptions: { ...compilerOptions, lib, types: ['node'] }, include: ['*.ts'] };
  await writeFile(join(suite, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await t.notThrowsAsync(
    run(process.execPath, [tsc, '-p', suite]).catch((error: unknown) => Promise.reject(said(error))),
  );
});

test.serial('the suite of the sample passes, and leaves nothing', async (t) => {
  const env = { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}`, NO_COLOR: '1' };
  const ava = join(root, 'node_modules/ava/entrypoints/cli.js');
  const ended = run(process.execPath, [ava], { cwd: suite, env });
  const { stdout } = await ended.catch((error: unknown) => Promise.reject(said(error)));
  t.regex(stdout, /4 tests passed/);
  t.deepEqual(await environments(daemon.client), []);
  await assertHoldsNothing(daemon);
});

const said = (error: unknown): Error => {
  const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
  return new Error(`${stdout}${stderr}`, { cause: error });
};
