/**
 * proto/**.proto -> proto/gen, by Debian's protoc and protoc-gen-es. The generated files are committed, so only
 * `npm run generate` needs protoc; a check without protoc compares recorded hashes of inputs and outputs instead.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCE = 'proto';
const OUTPUT = 'proto/gen';
/** Two lines: hash of all inputs (plugin version included), hash of all outputs. */
const RECORD = 'hashes.txt';

type Files = ReadonlyMap<string, string>;

/**
 * Brings proto/gen up to date, or with `check` only looks. Returns the paths (relative to the checkout) that changed,
 * or would. Without protoc a check names the whole folder when hashes differ; generating without protoc rejects.
 */
export async function generateProto(check: boolean): Promise<string[]> {
  const inputs = await readTree(join(ROOT, SOURCE), (path) => path.endsWith('.proto'));
  const present = await readTree(join(ROOT, OUTPUT), () => true);
  const inputHash = hashOf(new Map([...inputs, ['plugin', await pluginVersion()]]));
  if (!(await hasProtoc())) {
    if (!check) throw new Error('protoc is missing: install protobuf-compiler and libprotobuf-dev, then run again');
    const generated = new Map([...present].filter(([path]) => path !== RECORD));
    return present.get(RECORD) === `${inputHash}\n${hashOf(generated)}\n` ? [] : [OUTPUT];
  }
  const generated = await compile([...inputs.keys()].sort());
  const wanted = new Map([...generated, [RECORD, `${inputHash}\n${hashOf(generated)}\n`]]);
  const stale = [...wanted.keys(), ...present.keys()].filter((path) => wanted.get(path) !== present.get(path));
  const changed = [...new Set(stale)].sort();
  if (!check) await write(changed, wanted);
  return changed.map((path) => `${OUTPUT}/${path}`);
}

async function compile(inputs: readonly string[]): Promise<Files> {
  const target = await mkdtemp(join(tmpdir(), 'tsmoby-proto-'));
  try {
    const plugin = join(ROOT, 'node_modules/.bin/protoc-gen-es');
    await promisify(execFile)(
      'protoc',
      [
        '-I',
        SOURCE,
        `--plugin=${plugin}`,
        `--es_out=${target}`,
        '--es_opt=target=ts,import_extension=ts,erasable_syntax=true',
        ...inputs,
      ],
      { cwd: ROOT },
    );
    return await readTree(target, () => true);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function write(changed: readonly string[], wanted: Files): Promise<void> {
  for (const path of changed) {
    const file = join(ROOT, OUTPUT, path);
    const content = wanted.get(path);
    if (content === undefined) {
      await rm(file);
    } else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }
}

async function hasProtoc(): Promise<boolean> {
  try {
    await promisify(execFile)('protoc', ['--version']);
    return true;
  } catch {
    return false;
  }
}

async function pluginVersion(): Promise<string> {
  const text = await readFile(join(ROOT, 'node_modules/@bufbuild/protoc-gen-es/package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function readTree(folder: string, wanted: (path: string) => boolean): Promise<Files> {
  const files = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && wanted(path)) files.set(path, await readFile(join(folder, path), 'utf8'));
  }
  return files;
}

function hashOf(files: Files): string {
  const hash = createHash('sha256');
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${content.length}\0${content}\0`);
  }
  return hash.digest('hex');
}
