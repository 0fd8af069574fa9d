/** Files that stand in an object, as a directory. */
import { chmod, link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { RuntimeError } from '../../errors.ts';
import type { InlineFile } from '../../ports/build-contexts.ts';
import { errnoOf } from '../../file-failure.ts';

/**
 * Makes `<place>/files` hold just these files. What is there already stays as it is, time included; where anything differs a new directory takes the
 * place of the old one, so that nobody sees half of a change. Rejects with InvalidArgument for a path that leads out, or stands twice, or in a file.
 */
export async function prepareInline(place: string, files: readonly InlineFile[]): Promise<string> {
  const wanted = checkFiles(files);
  const target = join(place, 'files');
  if (await holdsJust(target, wanted)) return target;
  const made = join(place, 'files.new');
  const old = join(place, 'files.old');
  await Promise.all([made, old].map((path) => rm(path, { recursive: true, force: true })));
  await mkdir(made, { recursive: true });
  await makeDirectories(made, directoriesOf(wanted));
  for (const [path, file] of wanted) await placeFile(join(target, path), join(made, path), file);
  await renameAway(target, old);
  await rename(made, target);
  await rm(old, { recursive: true, force: true });
  return target;
}

/** By clean path. */
function checkFiles(files: readonly InlineFile[]): ReadonlyMap<string, InlineFile> {
  const wanted = new Map<string, InlineFile>();
  for (const file of files) {
    const path = cleanPath(file.path);
    if (wanted.has(path)) throw invalid(file.path, 'stands twice');
    wanted.set(path, file);
  }
  for (const path of wanted.keys()) {
    for (let above = dirname(path); above !== '.'; above = dirname(above)) {
      if (wanted.has(above)) throw invalid(above, `is a file, and ${JSON.stringify(path)} is to be in it`);
    }
  }
  return wanted;
}

function cleanPath(path: string): string {
  if (path.startsWith('/')) throw invalid(path, 'is absolute');
  if (path.includes('\0')) throw invalid(path, 'has a NUL in it');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid(path, 'leads out of the context');
  if (parts.length === 0 || path.endsWith('/')) throw invalid(path, 'is no name of a file');
  if (parts.some((part) => Buffer.byteLength(part) > 255)) throw invalid(path, 'has a part of more than 255 bytes');
  return parts.join('/');
}

function invalid(path: string, problem: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `a file of the context: ${JSON.stringify(path)} ${problem}`);
}

const modeOf = ({ executable }: InlineFile): number => (executable ? 0o755 : 0o644);

async function holdsJust(directory: string, wanted: ReadonlyMap<string, InlineFile>): Promise<boolean> {
  const found = await namesBelow(directory);
  if (found === undefined) return false;
  const directories = directoriesOf(wanted);
  if (found.length !== wanted.size + directories.size) return false;
  for (const path of found) {
    const file = wanted.get(path);
    if (file === undefined ? !directories.has(path) : !(await holds(join(directory, path), file))) return false;
  }
  return true;
}

async function namesBelow(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory, { recursive: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Each after those that it is in. */
function directoriesOf(wanted: ReadonlyMap<string, InlineFile>): ReadonlySet<string> {
  return new Set([...wanted.keys()].flatMap((path) => directoriesAbove(path).toReversed()));
}

/** With the mode that is meant, whatever the daemon's umask is. */
async function makeDirectories(root: string, paths: Iterable<string>): Promise<void> {
  for (const path of paths) {
    await mkdir(join(root, path));
    await chmod(join(root, path), 0o755);
  }
}

function directoriesAbove(path: string): readonly string[] {
  const above = dirname(path);
  return above === '.' ? [] : [above, ...directoriesAbove(above)];
}

async function holds(path: string, file: InlineFile): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size !== file.content.length || (stats.mode & 0o7777) !== modeOf(file))
    return false;
  await using opened = await open(path);
  return Buffer.from(file.content).equals(await opened.readFile());
}

/** Another name for what is there already, if it is the same: so it keeps its time, and nobody has to write it. */
async function placeFile(before: string, path: string, file: InlineFile): Promise<void> {
  if (await holds(before, file)) {
    await link(before, path);
    return;
  }
  await using opened = await open(path, 'wx', modeOf(file));
  await opened.writeFile(file.content);
  await opened.chmod(modeOf(file));
}

async function renameAway(path: string, target: string): Promise<void> {
  try {
    await rename(path, target);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
