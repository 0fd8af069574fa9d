import test from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryInUseError, lockDirectory } from '../../../cli/daemon/data-lock.ts';
import { DirectoryError, prepareDirectory } from '../../../cli/daemon/directories.ts';
import { makeFolder } from '../../support/interruption.ts';

async function withDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await makeFolder('/tmp/tsm-dir-');
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('a directory has one daemon, and the second is told which option to change', (t) =>
  withDirectory(async (directory) => {
    const lock = lockDirectory(directory, '--data-dir');
    const error = t.throws(() => lockDirectory(directory, '--data-dir'), { instanceOf: DirectoryInUseError });
    t.regex(error.message, new RegExp(`${directory}.*--data-dir`));
    lock[Symbol.dispose]();
    t.notThrows(() => lockDirectory(directory, '--data-dir')[Symbol.dispose]());
  }));

test('the lock of a process that was killed is free', (t) =>
  withDirectory(async (directory) => {
    const module = new URL('../../../cli/daemon/data-lock.ts', import.meta.url).href;
    const script = `import { lockDirectory } from '${module}'; lockDirectory(${JSON.stringify(directory)}, ''); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    t.throws(() => lockDirectory(directory, '--data-dir'), { instanceOf: DirectoryInUseError });
    child.kill('SIGKILL');
    await once(child, 'exit');
    t.notThrows(() => lockDirectory(directory, '--data-dir')[Symbol.dispose]());
  }));

test('a directory is made with all above it, closed to others even when it was open', (t) =>
  withDirectory(async (parent) => {
    const directory = join(parent, 'a/b');
    await prepareDirectory(directory, 0o700, '--data-dir');
    await chmod(directory, 0o755);
    await prepareDirectory(directory, 0o700, '--data-dir');
    t.is((await stat(directory)).mode & 0o777, 0o700);
  }));

test('a path that is no directory is refused with the option that names it', (t) =>
  withDirectory(async (parent) => {
    const file = join(parent, 'file');
    await writeFile(file, '');
    const error = await t.throwsAsync(prepareDirectory(join(file, 'below'), 0o700, '--run-dir'), {
      instanceOf: DirectoryError,
    });
    t.regex(error.message, /is not a directory; choose another one with --run-dir/);
  }));

test('a place where nothing can be made is refused at once', async (t) => {
  const error = await t.throwsAsync(prepareDirectory('/proc/tsmoby/data', 0o700, '--data-dir'), {
    instanceOf: DirectoryError,
  });
  t.regex(error.message, /\/proc\/tsmoby\/data cannot be used: .*--data-dir/);
});

test('nobody else may open the lock, since a reader could hold it', (t) =>
  withDirectory(async (directory) => {
    using _lock = lockDirectory(directory, '--data-dir');
    t.is((await stat(join(directory, 'daemon.lock'))).mode & 0o777, 0o600);
  }));
