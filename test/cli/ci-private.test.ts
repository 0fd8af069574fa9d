/** `tsmoby ci` where no daemon runs: one for the job alone, of which nothing is left, however the job ends. */
import test from 'ava';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { privateFolders, runJob, startJob, type JobOptions } from '../support/ci/job.ts';
import { IMAGE, SLEEPER, WEB } from '../support/ci/manifests.ts';
import { assertNoLeaks, processesOf, shimSockets } from '../support/daemon/leaks.ts';
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

/** Of the daemon that runs for a job now, beside others. */
async function ownFolder(...others: readonly string[]): Promise<string> {
  const [own, ...more] = (await privateFolders(folder)).filter((path) => !others.includes(path));
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

test.serial('when job and daemon are killed, the next job takes away what they left, and nothing else', async (t) => {
  const long = ['--private', '-f', 'all.yaml', '--set', 'WHO=me', '--', 'sh', '-c', 'echo runs; exec sleep 600'];
  const killed = startJob(long, options());
  await killed.shows(/^runs$/m);
  const own = await ownFolder();
  const identity = await identityIn(own);
  const { pid = 0 } = killed.child;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  // stopped first, as a daemon without its job would tidy up
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
    for (const one of [...children.map(Number), pid]) process.kill(one, signal);
  await killed.ended;
  t.true(
    (await processesOf(own)).some((line) => line.includes('containerd-shim')),
    'containers outlive their daemon',
  );
  const [unmarked, foreign] = ['aaaaaa', 'bbbbbb'].map((end) => join(folder, `tsmoby-ci-${end}`)) as [string, string];
  for (const path of [unmarked, foreign]) await mkdir(path, { mode: 0o700 });
  await writeFile(join(unmarked, 'data'), 'no daemon has made this');
  await writeFile(join(foreign, 'ephemeral'), 'somebody else has made this');
  await chown(foreign, 65_534, 65_534);

  const living = startJob(long, options());
  t.teardown(async () => {
    living.child.kill('SIGTERM');
    await living.ended;
    for (const path of [unmarked, foreign]) await rm(path, { recursive: true, force: true });
  });
  await living.shows(/^runs$/m);
  await isGone(own, identity);
  const held = await ownFolder(unmarked, foreign);
  const other = await runJob(['--private', '-f', 'all.yaml', '--set', 'WHO=me', '--', 'true'], options());
  t.is(other.code, 0, other.stderr);
  t.notRegex(other.stderr, /what a job left/);
  t.true(existsSync(join(held, 'run/tsmoby.sock')));
  living.child.kill('SIGTERM');
  const { stderr } = await living.ended;
  t.true(stderr.includes(`taking away what a job left in ${own} that was killed with its daemon\n`), stderr);
  t.regex(stderr, /tsmoby ci: it is gone after \d+\.\d s\n/);
  t.deepEqual([await readdir(unmarked), await readdir(foreign)], [['data'], ['ephemeral']]);
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
