/** Looks over manifests before the first one is sent, so that a mistake in the last leaves nothing half done. */
import { KINDS } from '../../schemas/kinds.ts';
import type { JsonObject, ObjectInput } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';
import { nearestName } from '../../schemas/values/suggestion.ts';
import { resourceOf, shownName, type KindDirectory, type KindInfo } from '../kinds/directory.ts';
import type { FieldCheck } from './check-fields.ts';
import { definitionOf } from './defined-kinds.ts';
import { ManifestError, type Document, type Manifest } from './manifest.ts';
import { withAbsolutePaths } from '../../schemas/values/relative-paths.ts';

export interface CheckOptions {
  readonly kinds: KindDirectory;
  /** For objects that name none. */
  readonly namespace: string;
  /** `--namespace` was given: objects must not name another. */
  readonly namespaceGiven: boolean;
  /** Says what is wrong with the fields of an object. Absent where names alone matter (delete, get). */
  readonly fields?: FieldCheck;
}

/** Rejects with ManifestError that has every mistake of every document. */
export async function checkDocuments(
  documents: readonly Document[],
  options: CheckOptions,
): Promise<readonly Manifest[]> {
  const problems: string[] = [];
  const checker = new Checker(options, documents, problems);
  const manifests: Manifest[] = [];
  for (const document of documents) {
    const manifest = await checker.check(document);
    if (manifest !== undefined) manifests.push(manifest);
  }
  if (options.fields !== undefined) problems.push(...doubles(manifests));
  if (problems.length > 0) throw new ManifestError(problems);
  return manifests;
}

class Checker {
  readonly #options: CheckOptions;
  readonly #documents: readonly Document[];
  readonly #problems: string[];

  constructor(options: CheckOptions, documents: readonly Document[], problems: string[]) {
    this.#options = options;
    this.#documents = documents;
    this.#problems = problems;
  }

  async check(document: Document): Promise<Manifest | undefined> {
    const { value } = document;
    if (!isObject(value))
      return this.#fail(document, '', 'an object with apiVersion, kind and metadata must stand here');
    const kind = await this.#kind(document, value);
    const name = this.#name(document, value);
    if (kind === undefined || name === undefined) return undefined;
    const namespace = this.#namespace(document, value, kind);
    const placed: JsonObject = {
      ...value,
      metadata: { ...(value['metadata'] as JsonObject), ...(namespace === undefined ? {} : { namespace }) },
    };
    const found = withAbsolutePaths(placed, document.directory);
    if (found.type === 'nowhere') {
      const problem = 'a relative path means nothing in a manifest from a URL';
      return this.#fail(document, found.path, `${found.path}: ${problem}`);
    }
    const { object } = found;
    const { fields } = this.#options;
    if (fields !== undefined) this.#problems.push(...fields(document, object, kind, name));
    return {
      object: object as unknown as ObjectInput,
      kind,
      name,
      document,
      ...(namespace === undefined ? {} : { namespace }),
    };
  }

  #fail(document: Document, path: string, problem: string): undefined {
    this.#problems.push(`${document.place(path)}: ${problem}`);
  }

  async #kind(document: Document, { apiVersion, kind }: JsonObject): Promise<KindInfo | undefined> {
    if (typeof apiVersion !== 'string' || apiVersion === '')
      return this.#fail(document, 'apiVersion', `apiVersion is missing${forKind(kind)}`);
    if (typeof kind !== 'string' || kind === '')
      return this.#fail(document, 'kind', `kind is missing: which kind of ${apiVersion} is it?`);
    const known = await this.#options.kinds.find({ apiVersion, kind });
    if (known !== undefined) return known;
    const definition = definitionOf(this.#documents, { apiVersion, kind });
    const hint =
      definition === undefined ? nearKind(kind) : `; apply its definition first, which stands at ${definition.place()}`;
    return this.#fail(document, 'kind', `no matches for kind "${kind}" in version "${apiVersion}"${hint}`);
  }

  #name(document: Document, { metadata }: JsonObject): string | undefined {
    const name = isObject(metadata) ? metadata['name'] : undefined;
    if (typeof name === 'string' && name !== '') return name;
    const problem =
      name === undefined || name === ''
        ? 'metadata.name is missing: every object needs a name'
        : 'metadata.name must be text (put it in quotes)';
    return this.#fail(document, isObject(metadata) ? 'metadata.name' : 'metadata', problem);
  }

  #namespace(document: Document, { metadata }: JsonObject, kind: KindInfo): string | undefined {
    if (kind.scope === 'Cluster') return undefined;
    const own = isObject(metadata) ? metadata['namespace'] : undefined;
    const { namespace, namespaceGiven } = this.#options;
    if (own === undefined || own === null || own === '') return namespace;
    if (typeof own !== 'string')
      return this.#fail(document, 'metadata.namespace', 'metadata.namespace must be text (put it in quotes)');
    if (namespaceGiven && own !== namespace) {
      return this.#fail(
        document,
        'metadata.namespace',
        `the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
      );
    }
    return own;
  }
}

const forKind = (kind: unknown): string => {
  const row = typeof kind === 'string' ? KINDS.find((one) => one.kind === kind) : undefined;
  return row === undefined
    ? ''
    : `: for ${row.kind} it is ${row.group === '' ? row.version : `${row.group}/${row.version}`}`;
};

function nearKind(kind: string): string {
  const same = KINDS.find((row) => row.kind === kind);
  if (same !== undefined)
    return `; its apiVersion is "${same.group === '' ? same.version : `${same.group}/${same.version}`}"`;
  const near = nearestName(
    kind,
    KINDS.map((row) => row.kind),
  );
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Two objects with one identity: the later would quietly undo the earlier. */
function doubles(manifests: readonly Manifest[]): readonly string[] {
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { kind, name, namespace = '', document } = manifest;
    const key = `${resourceOf(kind)} ${namespace} ${name}`;
    const first = seen.get(key);
    seen.set(key, first ?? manifest);
    if (first === undefined) return [];
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    return [
      `${document.place('metadata.name')}: ${shownName(kind, name)}${where} stands twice: first at ${first.document.place('metadata.name')}`,
    ];
  });
}
