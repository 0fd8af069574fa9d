/**
 * Puts a copy of a resident program into the run directory, from where it runs: an upgrade, or a deleted checkout, must not
 * pull the files from under a process that outlives the daemon. In development the sources are TypeScript; their types are
 * stripped here, so that the small process does not have to load the stripper. All its files land in one folder, what it shares with
 * others of its kind (`program/` beside this file) as well.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

export interface ProgramCopy {
  /** File to run. */
  readonly entry: string;
  /** Changes with every change of the program. */
  readonly version: string;
}

export interface ProgramSource {
  readonly name: string;
  /** Holds `.ts` files, one of them `main.ts`; or `<name>.mjs` of a build, which is whole in itself. */
  readonly folder: string;
  /** Packages that the sources import, with those that these import: they come along. */
  readonly packages?: readonly string[];
}

type Source = readonly [name: string, text: string];

/** Copies unless this version is there already. Throws for two files of one name. */
export async function copyProgram(source: ProgramSource, target: string): Promise<ProgramCopy> {
  const built = await readBuilt(source);
  const files = built ?? (await readCheckout(source.folder));
  const packages = built ? [] : (source.packages ?? []).map(packageFolder);
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  for (const { folder } of packages) hash.update(await readFile(join(folder, 'package.json')));
  const version = hash.digest('hex').slice(0, 12);
  const directory = join(target, version);
  const entry = join(directory, 'main.mjs');
  const present = await readdir(directory).catch(() => []);
  if (present.length === files.length + Math.min(packages.length, 1)) return { entry, version };
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  for (const [name, text] of files) await writeFile(join(partial, toModuleName(name)), toJavaScript(name, text));
  for (const { name, folder } of packages) {
    await cp(folder, join(partial, 'node_modules', name), { recursive: true, dereference: true });
  }
  await rename(partial, directory);
  return { entry, version };
}

async function readBuilt({ name, folder }: ProgramSource): Promise<readonly Source[] | undefined> {
  try {
    return [['main.mjs', await readFile(join(folder, `${name}.mjs`), 'utf8')]];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readCheckout(folder: string): Promise<readonly Source[]> {
  const folders = [folder, join(import.meta.dirname, 'program')];
  const sources = (await Promise.all(folders.map(readSources))).flat();
  const names = new Set(sources.map(([name]) => name));
  if (names.size < sources.length) throw new Error(`two files of one name are in ${folders.join(' and ')}`);
  return sources;
}

async function readSources(folder: string): Promise<readonly Source[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort((a, b) => (a < b ? -1 : 1));
  return await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const));
}

interface PackageFolder {
  readonly name: string;
  readonly folder: string;
}

function packageFolder(name: string): PackageFolder {
  const main = createRequire(import.meta.url).resolve(name);
  const end = main.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length;
  return { name, folder: dirname(join(main.slice(0, end), 'package.json')) };
}

function toModuleName(name: string): string {
  return name.replace(/\.ts$/, '.mjs');
}

function toJavaScript(name: string, text: string): string {
  if (!name.endsWith('.ts')) return text;
  return stripQuietly(text).replace(/((?:from |import\()')\.{1,2}\/(?:[a-z./-]+\/)?([a-z-]+)\.ts'/g, "$1./$2.mjs'");
}

/** The function still announces itself as experimental, which is of no use to who reads the daemon's output. */
function stripQuietly(text: string): string {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
