/** What cp's archives must be to another program's tar. Run by the tar of every machine, and by busybox where it is installed. */
import type { ExecutionContext } from 'ava';
import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractTar } from '../../cli/tar/extract.ts';
import { writeTar } from '../../cli/tar/write.ts';
import { makeFolder } from '../support/interruption.ts';

const shell = promisify(execFile);

/** Longer than the name of the oldest format may be. */
const LONG = `${'n'.repeat(70)}/${'m'.repeat(70)}`;

/** `tar` reads a directory that we wrote, and we read it back from what `tar` writes of it, in each of the formats. */
export async function exchangeArchives(
  t: ExecutionContext,
  tar: readonly string[],
  formats: readonly string[] = [],
): Promise<void> {
  const [program = '', ...applet] = tar;
  const directory = await makeFolder('/tmp/tsm-t-');
  const run = (...args: readonly string[]) => shell(program, [...applet, ...args], { cwd: directory });
  try {
    await mkdir(join(directory, 'from', LONG), { recursive: true });
    await writeFile(join(directory, 'from', LONG, 'file with ü'), 'content', { mode: 0o755 });
    await symlink('file with ü', join(directory, 'from', LONG, 'link'));
    await writeFile(join(directory, 'ours.tar'), await Array.fromAsync(writeTar(join(directory, 'from'), 'to')));
    await run('-x', '-f', 'ours.tar');
    t.is(await readFile(join(directory, 'to', LONG, 'link'), 'utf8'), 'content');
    t.is((await stat(join(directory, 'to', LONG, 'file with ü'))).mode & 0o777, 0o755);
    for (const format of formats.length === 0 ? [[]] : formats.map((name) => [`--format=${name}`])) {
      await run(...format, '-c', '-f', 'theirs.tar', './to');
      await readBack(t, directory, join(directory, `back${format.join()}`));
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readBack(t: ExecutionContext, directory: string, target: string): Promise<void> {
  const warnings: string[] = [];
  await using file = await open(join(directory, 'theirs.tar'));
  const chunks = file.createReadStream({ highWaterMark: 4096 });
  t.is(await extractTar(chunks, { root: './to', target, warn: (line) => warnings.push(line) }), 5);
  t.is(await readFile(join(target, LONG, 'file with ü'), 'utf8'), 'content');
  t.is((await stat(join(target, LONG, 'file with ü'))).mode & 0o755, 0o755);
  t.regex(warnings.join(), /^warning: skipping symlink: ".*link" -> "file with ü"$/);
}
