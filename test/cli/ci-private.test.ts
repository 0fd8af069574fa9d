/** `tsmoby ci` where no daemon runs: one for the job alone, of which nothing is left, however the job ends. */
import test from 'ava';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { privateFolders, runJob, startJob, type JobOptions } from '../support/ci/job.ts';
import { IMAGE, SLEEPER, WEB } from '../support/ci/manifests.ts';
import { assertNoLeaks, shimSockets } from '../support/daemon/leaks.ts';
import { eventually } from '../support/eventually.ts';
import { makeFolder } from '../support/interruption.ts';

let folder: string;
let socketsBefore: ReadonlySet<string>;

test.before('manifests and their image', async () => {
  folder = await makeFolder('/tmp/tsm-job-');
  socketsBefore = await shimSockets();
  await buildBusyboxArchive({ output: join(folder, 'busybox.tar'), name: 'busybox:latest' });
  await writeFile(join(folder, 'all.yaml'), [IMAGE, WEB, SLEEPER].join('---\n'));
});

test.after.always('away with them', async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Where the daemons of these jobs, and no others, have their directories. */
const options = (): JobOptions => ({ cwd: folder, env: { TMPDIR: folder } });

/** Of the daemon that runs for a job now. */
async function ownFolder(): Promise<string> {
  const [own, ...more] = await privateFolders(folder);
  if (own === undefined || more.length > 0) throw new Error(`one daemon should run: ${[own, ...more].join()}`);
  return own;
}

const identityIn = async (own: string): Promise<string> => {
  const names = await readdir(join(own, 'data'));
  const file = names.find((name) => name.includes('identity'));
  return file === undefined ? '' : (await readFile(join(own, 'data', file), 'utf8')).trim();
};

/** No process, mount, network, cgroup or file. */
async function isGone(own: string, identity: string): Promise<void> {
  await eventually('its directory is gone', () => !existsSync(own));
  const directories = [join(own, 'data'), join(own, 'run')];
  await assertNoLeaks({ folder: own, directories, identity, socketsBefore, prefix: [] });
}

/** It finds by itself that none runs, where none does. */
const alone = existsSync('/run/tsmoby/tsmoby.sock') ? ['--private'] : [];

test.serial('a daemon for the job is started and gone afterwards; the exit code is that of the command', async (t) => {
  const script = 'wget -qO- http://$TSMOBY_ADDRESS_WEB; echo $TSMOBY_HOST; ls "${TSMOBY_HOST#unix://}" >&2; exit 7';
  const args = [...alone, '-f', 'all.yaml', '--set', 'WHO=me', '--', 'sh', '-c', script];
  const { code, stdout, stderr } = await runJob(args, options());
  t.is(code, 7, stderr);
  t.regex(stdout, /^hello me\nunix:\/\/.*\/tsmoby-ci-\w+\/run\/tsmoby\.sock\n$/);
  t.regex(stderr, /starting one for this job/);
  t.deepEqual(await privateFolders(folder), []);
});

test.serial('after kill -9 of the job, its daemon takes everything away and ends', async (t) => {
  const args = ['--private', '-f', 'all.yaml', '--set', 'WHO=me', '--', 'sh', '-c', 'echo runs; exec sleep 5'];
  const { child, shows } = startJob(args, options());
  await shows(/^runs$/m);
  const own = await ownFolder();
  const identity = await identityIn(own);
  t.not(identity, '');
  child.kill('SIGKILL');
  const begin = performance.now();
  await isGone(own, identity);
  t.log(`gone after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
});

test.serial('one that is kept runs on, until a signal ends it', async (t) => {
  const args = ['--private', '-f', 'all.yaml', '--set', 'WHO=me', '--keep-on-failure', '--', 'false'];
  const { code, stderr } = await runJob(args, options());
  t.is(code, 1, stderr);
  const own = await ownFolder();
  const identity = await identityIn(own);
  const pid = Number(/kill (\d+)\n/.exec(stderr)?.[1]);
  t.is(pid, Number(await readFile(join(own, 'run/daemon.pid'), 'utf8')));
  process.kill(pid, 'SIGTERM');
  await isGone(own, identity);
});

test.serial('a directory with other things in it is not taken', async (t) => {
  const full = join(folder, 'full');
  await mkdir(full);
  await writeFile(join(full, 'mine'), '');
  const args = ['daemon', '--ephemeral', full];
  const { spawnSync } = await import('node:child_process');
  const main = join(import.meta.dirname, '../../cli/main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { input: '', encoding: 'utf8' });
  t.is(status, 1);
  t.regex(stderr, /full is not empty/);
  t.deepEqual(await readdir(full), ['mine']);
});
