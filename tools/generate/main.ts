/**
 * `npm run generate` writes everything that is derived from the schemas; `npm run verify` (`--check`) compares what
 * would be written with what is there, lists every difference, and fails.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { existsSync } from 'node:fs';
import type { GeneratedFile } from './generated-file.ts';
import { generateCrds } from './crds.ts';
import { generateReference } from './reference.ts';
import { generateTypes } from './types.ts';

/** Folders whose every file is generated: what no generator makes any more is stale. */
const OWNED = ['schemas/gen', 'manifests/crds', 'docs/reference'];

export async function generateAll(): Promise<readonly GeneratedFile[]> {
  return [...(await generateTypes()), ...generateCrds(), ...generateReference()];
}

/** Paths, relative to `root`, that are missing, different, or there without reason. */
export async function findStale(root: string, files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const wanted = new Map(files.map((file) => [file.path, file.content]));
  const stale = await Promise.all(
    files.map(async (file) => ((await contentOf(join(root, file.path))) === file.content ? [] : [file.path])),
  );
  const present = await Promise.all(OWNED.map((folder) => filesBelow(root, folder)));
  return [...stale.flat(), ...present.flat().filter((path) => !wanted.has(path))].sort();
}

/** Brings the folders under `root` to exactly these files; files that are right are not touched. Returns what changed. */
export async function writeGenerated(root: string, files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const wanted = new Map(files.map((file) => [file.path, file.content]));
  const stale = await findStale(root, files);
  for (const path of stale) {
    const content = wanted.get(path);
    if (content === undefined) {
      await rm(join(root, path));
    } else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  }
  return stale;
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  if (!existsSync(join(root, folder))) return [];
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** Code from .proto files is made by a module of its own, which needs protoc. Returns the stale paths it reports. */
async function protobuf(root: string, check: boolean): Promise<readonly string[]> {
  const path = join(root, 'tools/generate/proto.ts');
  if (!existsSync(path)) return [];
  const module = (await import(pathToFileURL(path).href)) as {
    generateProto(check: boolean): Promise<readonly string[] | void>;
  };
  return (await module.generateProto(check)) ?? [];
}

async function main(args: readonly string[]): Promise<number> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const check = args.includes('--check');
  const files = await generateAll();
  const changed = [
    ...(check ? await findStale(root, files) : await writeGenerated(root, files)),
    ...(await protobuf(root, check)),
  ];
  if (!check) {
    process.stdout.write(`${files.length} generated files, ${changed.length} changed\n`);
    return 0;
  }
  for (const path of changed) process.stderr.write(`stale: ${path}\n`);
  if (changed.length > 0) process.stderr.write('run `npm run generate` and commit the result\n');
  return changed.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
