/**
 * Puts a copy of the logd program into the run directory, from where it runs: an upgrade, or a deleted checkout, must not
 * pull the files from under a process that outlives the daemon. In development the sources are TypeScript; their types are
 * stripped here, so that the small process does not have to load the stripper.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

export interface ProgramCopy {
  /** File to run. */
  readonly entry: string;
  /** Changes with every change of the program. */
  readonly version: string;
}

/** Copies unless this version is there already. `source` holds `.ts` files, or the `.mjs` files of a build. */
export async function copyProgram(source: string, target: string): Promise<ProgramCopy> {
  const files = await readSources(source);
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  const version = hash.digest('hex').slice(0, 12);
  const directory = join(target, version);
  const entry = join(directory, 'main.mjs');
  const present = await readdir(directory).catch(() => []);
  if (present.length === files.length) return { entry, version };
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  for (const [name, text] of files) await writeFile(join(partial, toModuleName(name)), toJavaScript(name, text));
  await rename(partial, directory);
  return { entry, version };
}

async function readSources(source: string): Promise<readonly (readonly [name: string, text: string])[]> {
  const names = (await readdir(source)).filter((name) => /\.(ts|mjs)$/.test(name)).sort((a, b) => (a < b ? -1 : 1));
  return await Promise.all(names.map(async (name) => [name, await readFile(join(source, name), 'utf8')] as const));
}

function toModuleName(name: string): string {
  return name.replace(/\.ts$/, '.mjs');
}

function toJavaScript(name: string, text: string): string {
  if (!name.endsWith('.ts')) return text;
  return stripQuietly(text).replace(/(from '\.\/[a-z-]+)\.ts'/g, "$1.mjs'");
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
