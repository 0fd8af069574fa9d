/** Compose files in a directory of their own, converted by the command line, and looked at as objects. */
import type { ExecutionContext } from 'ava';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import type { Build, ConfigMap, Container, Image, Network, Secret, Volume } from '../../../schemas/gen/types.ts';
import { KINDS } from '../../../schemas/kinds.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { compileStructural, type Structural } from '../../../schemas/structural/structural.ts';
import { decodeYaml } from '../../../schemas/text/yaml.ts';
import { makeFolder } from '../../support/interruption.ts';
import { runLine, type Run } from '../world.ts';

interface Kinds {
  readonly Container: Container;
  readonly Network: Network;
  readonly Volume: Volume;
  readonly ConfigMap: ConfigMap;
  readonly Secret: Secret;
  readonly Image: Image;
  readonly Build: Build;
}

export interface Converted extends Run {
  readonly directory: string;
  /** `Container/web`, in their order. */
  readonly names: readonly string[];
  /** Lines of the report. */
  readonly report: readonly string[];
  object<K extends keyof Kinds>(kind: K, name: string): Kinds[K];
  spec(name: string): NonNullable<Container['spec']>;
  /** What the report says of a key. */
  told(path: string): string;
}

export interface ConvertOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Files by their path; `compose.yaml` is the usual one. The directory is called `shop`. */
export async function inDirectory<T>(
  files: Readonly<Record<string, string>>,
  act: (directory: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder('/tmp/tsm-convert-');
  try {
    const directory = join(folder, 'shop');
    await mkdir(directory);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    return await act(directory);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Converts; every object that comes out must be one that the server takes. */
export async function convert(
  t: ExecutionContext,
  files: Readonly<Record<string, string>> | string,
  { args = [], env = {}, stdin }: ConvertOptions = {},
): Promise<Converted> {
  const all = typeof files === 'string' ? { 'compose.yaml': files } : files;
  return await inDirectory(all, async (directory) => {
    const run = await runLine(['convert', ...args], {
      cwd: directory,
      env,
      ...(stdin === undefined ? {} : { stdin }),
    });
    return converted(t, run, directory);
  });
}

export function converted(t: ExecutionContext, run: Run, directory: string): Converted {
  const objects = (/^(?:apiVersion|\{)/.test(run.stdout) ? decodeYaml(run.stdout) : []).map(
    ({ value }) => value as unknown as KubeObject,
  );
  for (const object of objects.filter(({ kind }) => kind !== 'List'))
    t.deepEqual(issuesOf(object), [], `${object.kind}/${object.metadata.name}`);
  const report = run.stderr.split('\n');
  const find = (kind: string, name: string): KubeObject => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`no ${kind}/${name} in\n${run.stdout}${run.stderr}`);
    return found;
  };
  return {
    ...run,
    directory,
    names: objects.filter(({ kind }) => kind !== 'List').map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    report,
    object: (kind, name) => find(kind, name) as never,
    spec: (name) => (find('Container', name) as Container).spec,
    told: (path) => report.find((line) => line.includes(`: ${path}: `))?.split(`: ${path}: `)[1] ?? '',
  };
}

const schemas = new Map<string, Structural>();

function issuesOf(object: KubeObject): readonly string[] {
  const definition = KINDS.find(({ kind }) => kind === object.kind);
  if (definition === undefined) return [`unknown kind ${object.kind}`];
  const schema = schemas.get(object.kind) ?? compileStructural(definition.schema, { metadata: objectMeta });
  schemas.set(object.kind, schema);
  const { value, unknown } = schema.prune(object as unknown as JsonObject);
  const issues = schema.validate(schema.applyDefaults(value));
  return [
    ...unknown.map(({ path }) => `unknown field ${path}`),
    ...issues.map(({ path, message }) => `${path}: ${message}`),
  ];
}
