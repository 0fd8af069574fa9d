/** The program that compares, and the files that it is given. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { eventually } from '../support/eventually.ts';
import { CONFIG, openDiffWorld, program } from './diff-world.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('the files are for this user alone, and gone afterwards', async (t) => {
  await using at = await openDiffWorld();
  const differ = await program(at.world, 'stat -c %a "$1" "$2" "$1"/* "$2"/*');
  const run = await at.diff(CONFIG('a'), [], { env: { KUBECTL_EXTERNAL_DIFF: differ } });
  t.regex(run.stdout, /^700\n700\n600\n600\n\n/);
  t.deepEqual(await at.left(), []);
});

test('Ctrl-C ends the program that compares, and the files are gone', async (t) => {
  await using at = await openDiffWorld();
  const interrupted = new AbortController();
  // it does not mind being asked to end, nor does what it has started
  const differ = await program(at.world, "trap '' TERM\nsleep 60 &\necho $$ $!\nwait\nwait");
  let pids: readonly number[] = [];
  const run = await at.diff(CONFIG('a'), [], {
    env: { KUBECTL_EXTERNAL_DIFF: differ },
    signal: interrupted.signal,
    onOutput(all) {
      pids = all.trim().split(' ').map(Number);
      interrupted.abort();
    },
  });
  const [pid, child] = pids;
  if (pid === undefined || child === undefined) return t.fail('the program did not start');
  try {
    t.is(run.code, 130);
    t.deepEqual(await at.left(), []);
    await eventually('the program is gone', () => !isAlive(pid));
  } finally {
    for (const one of pids.filter(isAlive)) process.kill(one, 'SIGKILL');
  }
});

test('a program that is not there is an error that says what to do', async (t) => {
  await using at = await openDiffWorld();
  const run = await at.diff(CONFIG('a'), [], { env: { PATH: '/nowhere' } });
  t.is(run.code, 2);
  t.is(
    run.stderr,
    'error: failed to run "diff": it is not in $PATH; install it, or name another program in KUBECTL_EXTERNAL_DIFF\n',
  );
  t.deepEqual(await at.left(), []);
});

test('where standard output is a file or terminal, the program writes to it by itself', async (t) => {
  await using at = await openDiffWorld();
  const path = join(at.world.directory, 'out');
  const file = await open(path, 'w');
  const run = await at.diff(CONFIG('a'), [], {
    columns: 80,
    onTerminal: (terminal) => Object.assign(terminal, { fd: file.fd }),
  });
  await file.close();
  t.deepEqual(run, { code: 1, stdout: '\nNothing that runs is touched.\n', stderr: '' });
  t.regex(await readFile(path, 'utf8'), /^\+kind: ConfigMap$/m);
});
