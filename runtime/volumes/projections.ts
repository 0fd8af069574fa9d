/**
 * Files of ConfigMaps and Secrets, as Kubernetes lays them out:
 *
 *   <key>/..data -> ..<hash>        swapped in one rename
 *   <key>/..<hash>/path/of/file     complete before anything points to it
 *   <key>/path -> ..data/path       one link for each first component
 *
 * The hash covers paths, modes, owners and contents: an unchanged projection costs one readlink and one readdir, and writes nothing.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { ProjectedFile } from '../ports/volumes.ts';
import { isErrno } from './failures.ts';

const DATA = '..data';
const DATA_NEXT = '..data_next';

export async function project(directory: string, files: readonly ProjectedFile[]): Promise<boolean> {
  checkPaths(files);
  const version = `..${hashOf(files)}`;
  const links = [...new Set(files.map((file) => firstPart(file.path)))];
  if (await isCurrent(directory, version, links)) return false;
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await writeVersion(directory, version, files);
  await rm(join(directory, DATA_NEXT), { force: true });
  await symlink(version, join(directory, DATA_NEXT));
  await rename(join(directory, DATA_NEXT), join(directory, DATA));
  await putLinks(directory, links);
  await removeOthers(directory, new Set([DATA, version, ...links]));
  return true;
}

/** Whether it is all there and nothing else: a crash may have come between any two steps. */
async function isCurrent(directory: string, version: string, links: readonly string[]): Promise<boolean> {
  try {
    if ((await readlink(join(directory, DATA))) !== version) return false;
    const names = await readdir(directory);
    const expected = new Set([DATA, version, ...links]);
    return names.length === expected.size && names.every((name) => expected.has(name));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EINVAL')) return false;
    throw error;
  }
}

async function writeVersion(directory: string, version: string, files: readonly ProjectedFile[]): Promise<void> {
  const final = join(directory, version);
  const temporary = join(directory, '..writing');
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { mode: 0o755 });
  try {
    for (const file of files) await writeFile(temporary, file);
    await rename(temporary, final);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // A complete version of the same content is there already.
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

async function writeFile(root: string, { path, content, mode, uid = 0, gid = 0 }: ProjectedFile): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await using file = await open(target, 'wx', 0o600);
  await file.writeFile(content);
  if (uid !== 0 || gid !== 0) await file.chown(uid, gid);
  // open takes the umask off, and a change of the owner special bits.
  await file.chmod(mode);
}

async function putLinks(directory: string, links: readonly string[]): Promise<void> {
  for (const name of links) {
    const path = join(directory, name);
    const target = `${DATA}/${name}`;
    try {
      await symlink(target, path);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}

async function removeOthers(directory: string, expected: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!expected.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

function hashOf(files: readonly ProjectedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, uid = 0, gid = 0, content } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${JSON.stringify([path, mode, uid, gid, content.length])}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

const firstPart = (path: string): string => path.split('/', 1)[0] ?? '';

/** Relative, no empty, `.` or `..` parts, no first part that could be one of ours, and no file that is another's directory. */
function checkPaths(files: readonly ProjectedFile[]): void {
  const paths = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/');
    const bad = parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0');
    if (bad || path.startsWith('..')) throw refused(path, 'is not a path below the mount');
    if (paths.has(path)) throw refused(path, 'stands there twice');
    paths.add(path);
  }
  for (const path of paths) {
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
      if (paths.has(parent)) throw refused(path, `lies below ${JSON.stringify(parent)}, which is a file`);
    }
  }
}

function refused(path: string, why: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `file ${JSON.stringify(path)} ${why}`);
}
