/** Which files, variables and profiles a command line and its environment mean, as docker compose finds them. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { parseDotenv } from './compose/dotenv.ts';
import { readNamed, type Files } from './compose/files.ts';
import { substituteAt } from './compose/interpolate.ts';
import type { ComposeFile } from './compose/load.ts';
import { entryOf, textOf } from './compose/node.ts';
import { variablesOf, type Variables } from './compose/variables.ts';
import { readYaml } from './compose/yaml.ts';

export interface SettingsInput {
  /** As given; none: they are looked for. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly project: string | undefined;
  readonly projectDirectory: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly machine: Files;
  readonly stdin: Uint8Array | undefined;
  readonly onMissing: (name: string) => void;
}

export interface Settings {
  readonly files: readonly ComposeFile[];
  readonly directory: string;
  readonly project: string;
  readonly profiles: readonly string[];
  readonly variables: Variables;
}

const FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = FILES.map((name) => name.replace(/(\.ya?ml)$/, '.override$1'));

/** Throws UsageError, ComposeError. */
export function settingsOf(input: SettingsInput): Settings {
  const { cwd, env } = input;
  const given = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  const own = variablesOf([new Map(given)], input.onMissing);
  const variables = withEnvFiles(input, own, directoryOf(input, filesOf(input, own)));
  // the .env may name them
  const files = filesOf(input, variables);
  if (files.length === 0)
    throw new UsageError(
      `no Compose file: there is none of ${FILES.join(', ')} in ${cwd} or above; name one: tsmoby convert FILE`,
    );
  const directory = directoryOf(input, files);
  const project = projectOf(input, variables, files, directory);
  return {
    files: files.map(({ shown, path }) => ({ shown, path })),
    directory,
    project,
    profiles: [...input.profiles, ...listOf(variables.find('COMPOSE_PROFILES'), ',')],
    variables: withProject(variables, project),
  };
}

/** `--env-file`, `COMPOSE_ENV_FILES`, else the `.env` of the project; later ones win, and the environment over all. */
function withEnvFiles({ envFiles, env, cwd, machine }: SettingsInput, own: Variables, directory: string): Variables {
  const named = envFiles.length > 0 ? envFiles : listOf(env['COMPOSE_ENV_FILES'], ',');
  const standard = join(directory, '.env');
  const found = named.length > 0 || machine.typeOf(standard) !== 'file' ? [] : [{ shown: '.env', path: standard }];
  const merged = new Map<string, string>();
  for (const { shown, path } of [...named.map((name) => ({ shown: name, path: resolve(cwd, name) })), ...found]) {
    const text = Buffer.from(readNamed(machine, path, shown, undefined)).toString('utf8');
    for (const [name, value] of parseDotenv(text, shown, own.with(merged))) merged.set(name, value);
  }
  return own.with(merged);
}

const withProject = (variables: Variables, project: string): Variables => ({
  ...variables,
  find: (name) => (name === 'COMPOSE_PROJECT_NAME' ? project : variables.find(name)),
  with: (more) => withProject(variables.with(more), project),
});

const listOf = (text: string | undefined, separator: string): readonly string[] =>
  (text ?? '').split(separator).filter((part) => part !== '');

/** Those that are named, else `COMPOSE_FILE`, else the usual ones here or above, with what overrides them. */
function filesOf({ files, machine, cwd }: SettingsInput, variables: Variables): readonly ComposeFile[] {
  const named =
    files.length > 0 ? files : listOf(variables.find('COMPOSE_FILE'), variables.find('COMPOSE_PATH_SEPARATOR') ?? ':');
  if (named.length > 0)
    return named.map((shown) => ({ shown, path: shown === '-' ? join(cwd, '-') : resolve(cwd, shown) }));
  for (let directory = cwd; ; directory = dirname(directory)) {
    const found = FILES.find((name) => machine.typeOf(join(directory, name)) === 'file');
    const over = OVERRIDES.find((name) => machine.typeOf(join(directory, name)) === 'file');
    const shown = (name: string): ComposeFile => ({
      shown: directory === cwd ? name : join(directory, name),
      path: join(directory, name),
    });
    if (found !== undefined) return [shown(found), ...(over === undefined ? [] : [shown(over)])];
    if (directory === dirname(directory)) return [];
  }
}

function directoryOf({ projectDirectory, cwd }: SettingsInput, files: readonly ComposeFile[]): string {
  if (projectDirectory !== undefined)
    return isAbsolute(projectDirectory) ? projectDirectory : resolve(cwd, projectDirectory);
  const [first] = files;
  return first === undefined || first.shown === '-' ? cwd : dirname(first.path);
}

/** `-p`, `COMPOSE_PROJECT_NAME`, `name:` of the last file that has one, else the directory. */
function projectOf(
  { project, machine, stdin }: SettingsInput,
  variables: Variables,
  files: readonly ComposeFile[],
  directory: string,
): string {
  const given = project ?? variables.find('COMPOSE_PROJECT_NAME');
  if (given !== undefined && given !== '') return normal(given);
  const names = files.flatMap(({ shown, path }) => {
    const bytes = shown === '-' ? stdin : machine.read(path);
    if (bytes === undefined) return [];
    return readYaml(bytes, { name: shown, directory }).flatMap((document) => {
      const name = entryOf(document, 'name');
      return name?.type === 'scalar' && name.value !== null ? [substituteAt(textOf(name), name.origin, variables)] : [];
    });
  });
  return normal(names.at(-1) ?? basename(directory));
}

const normal = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '') || 'project';
