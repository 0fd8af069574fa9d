/** Fetches packages from a newer Debian on a machine whose apt knows only an older suite; nothing stays behind in /etc or /var. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveSource, type SourceFile } from './derive-source.ts';
import { output } from './run.ts';

const aptDirectory = '/etc/apt';

/** Downloads packages of Debian's `suite` (`trixie`) into `scratch`; answers the paths of their .deb files. */
export async function downloadFromSuite(
  suite: string,
  names: readonly string[],
  scratch: string,
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const source = deriveSource(await configuredSources(), await codename(), suite);
  const parts = join(scratch, 'sources.list.d');
  await mkdir(join(scratch, 'lists/partial'), { recursive: true });
  await mkdir(parts);
  await writeFile(join(parts, `${suite}.sources`), source);
  const options = [
    ['Dir::Etc::SourceList', '/dev/null'],
    ['Dir::Etc::SourceParts', parts],
    ['Dir::State::Lists', join(scratch, 'lists')],
    ['Dir::Cache', scratch],
    ['Acquire::Languages', 'none'],
    ['APT::Sandbox::User', 'root'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  await output('apt-get', ['-q', ...options, 'update']);
  await output('apt-get', ['-q', ...options, 'download', ...names.map((name) => `${name}/${suite}`)], { cwd: scratch });
  const files = await readdir(scratch);
  return names.map((name) => {
    const file = files.find((each) => each.startsWith(`${name}_`) && each.endsWith('.deb'));
    if (file === undefined) throw new Error(`apt-get download ${name} from ${suite} left no package in ${scratch}`);
    return join(scratch, file);
  });
}

async function configuredSources(): Promise<readonly SourceFile[]> {
  const parts = await readdir(join(aptDirectory, 'sources.list.d')).catch(() => []);
  const names = [
    'sources.list',
    ...parts.toSorted((a, b) => a.localeCompare(b)).map((each) => `sources.list.d/${each}`),
  ];
  const files = await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(aptDirectory, name), 'utf8').catch(() => '') })),
  );
  return files.filter(({ name }) => name.endsWith('.list') || name.endsWith('.sources'));
}

async function codename(): Promise<string> {
  const found = /^VERSION_CODENAME=(\S+)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  if (found === undefined) throw new Error('/etc/os-release names no VERSION_CODENAME: is this Debian?');
  return found;
}
