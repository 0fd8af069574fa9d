/** Files into one model: read, variables put in, extended, included, merged. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseDotenv } from './dotenv.ts';
import { applyExtends } from './extends.ts';
import { readNamed, type Files } from './files.ts';
import { asList } from './forms.ts';
import { interpolate } from './interpolate.ts';
import { merge, settled } from './merge.ts';
import {
  ComposeError,
  entryOf,
  isNull,
  kindOf,
  mappingOf,
  textOf,
  withEntry,
  type Mapping,
  type Node,
  type Origin,
} from './node.ts';
import type { Variables } from './variables.ts';
import { readYaml } from './yaml.ts';

/** What `include` merges in; all else of an included file is its own. */
const INCLUDED = ['services', 'networks', 'volumes', 'configs', 'secrets', 'models'];

export interface Loading {
  readonly files: Files;
  readonly variables: Variables;
  /** Of standard input, when a file is `-`. */
  readonly stdin?: Uint8Array;
}

export interface ComposeFile {
  /** As the user wrote it; `-` is standard input. */
  readonly shown: string;
  readonly path: string;
}

/** The files merged in their order; relative paths in them count from `directory`. Throws ComposeError, TextError. */
export function loadModel(files: readonly ComposeFile[], directory: string, loading: Loading): Mapping {
  const model = loadFiles(files, directory, loading, undefined, []);
  return settled(model) as Mapping;
}

function loadFiles(
  files: readonly ComposeFile[],
  directory: string,
  loading: Loading,
  by: Origin | undefined,
  way: readonly string[],
): Mapping {
  let model: Mapping | undefined;
  for (const { shown, path } of files) {
    const bytes =
      shown === '-' && loading.stdin !== undefined ? loading.stdin : readNamed(loading.files, path, shown, by);
    const source = { name: shown === '-' ? 'STDIN' : shown, directory };
    for (const document of readYaml(bytes, source)) {
      if (document.type !== 'map')
        throw new ComposeError(
          `a Compose file is a map with the key services, and not ${kindOf(document)}`,
          document.origin,
        );
      const extended = applyExtends(interpolate(document, loading.variables), loading) as Mapping;
      const whole = applyIncludes(extended, directory, loading, [...way, path]);
      model = model === undefined ? whole : (merge(model, whole) as Mapping);
    }
  }
  if (model === undefined)
    throw new ComposeError(
      `${files.map(({ shown }) => shown).join(', ')}: there is nothing in it; a Compose file has services`,
      by,
    );
  return model;
}

function applyIncludes(file: Mapping, directory: string, loading: Loading, way: readonly string[]): Mapping {
  const include = entryOf(file, 'include');
  if (include === undefined || isNull(include)) return file;
  if (include.type !== 'list')
    throw new ComposeError(`include is a list of files, and not ${kindOf(include)}`, include.origin);
  let model = file;
  for (const item of include.items) {
    const included = loadIncluded(item, directory, loading, way);
    for (const key of INCLUDED) {
      const found = entryOf(included, key);
      if (found === undefined || isNull(found)) continue;
      // what stands here is on top of what is included
      const own = entryOf(model, key);
      model = withEntry(model, key, own === undefined ? found : merge(found, own, [key]));
    }
  }
  return model;
}

function loadIncluded(item: Node, directory: string, loading: Loading, way: readonly string[]): Mapping {
  const long =
    item.type === 'scalar' ? mappingOf(item.origin, [{ key: 'path', origin: item.origin, value: item }]) : item;
  const texts = (key: string): readonly string[] =>
    asList(entryOf(long, key) ?? { type: 'list', origin: item.origin, items: [] }).flatMap((node) =>
      node.type === 'scalar' ? [textOf(node)] : [],
    );
  const files = texts('path').map((shown) => {
    if (/^(?:https?|git|oci|ssh):/.test(shown))
      throw new ComposeError(`include: "${shown}" is not on this machine: fetch it, and name the file`, item.origin);
    return { shown, path: resolve(directory, shown) };
  });
  const [first] = files;
  if (first === undefined)
    throw new ComposeError('include: the path is missing: write FILE, or {path: FILE}', item.origin);
  if (way.includes(first.path))
    throw new ComposeError(
      `files include each other in a circle: ${[...way, first.path].join(' includes ')}`,
      item.origin,
    );
  const [given] = texts('project_directory');
  const inner = given === undefined ? dirname(first.path) : resolve(directory, given);
  const named = texts('env_file');
  const implied = join(inner, '.env');
  const paths =
    named.length > 0
      ? named
          .filter((name) => name !== '/dev/null')
          .map((name) => ({ name, path: isAbsolute(name) ? name : resolve(directory, name) }))
      : loading.files.typeOf(implied) === 'file'
        ? [{ name: implied, path: implied }]
        : [];
  let { variables } = loading;
  for (const { name, path } of paths) {
    const text = Buffer.from(readNamed(loading.files, path, name, item.origin)).toString('utf8');
    variables = variables.with(parseDotenv(text, name, variables));
  }
  return loadFiles(files, inner, { ...loading, variables }, item.origin, way);
}
