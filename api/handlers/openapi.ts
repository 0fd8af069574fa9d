/**
 * OpenAPI of what is served at this moment. Documents are made when somebody asks, a kind at a time so that other requests get their
 * turn, and kept while they are small and the registry stays as it is.
 *
 * kubectl keeps documents by their hash and does not ask again, so a hash changes with everything that a document says: of
 * built-in kinds it is that of the text; kinds that come and go bring a fingerprint, so that the list of documents, which
 * every kubectl asks for, costs no document.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  documentHash,
  documentHead,
  documentParts,
  documentText,
  groupVersionPath,
  openApiV3Index,
} from '../../schemas/openapi/documents.ts';
import { SWAGGER_PROTOBUF } from '../codec/media-types.ts';
import type { Flavor } from '../../schemas/openapi/schema-object.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import { jsonDocument, type DocumentResponse } from './document.ts';

/** The documents of one registry. */
export interface OpenApi {
  /** GET /openapi/v2, in JSON or protobuf. */
  v2(inProtobuf: boolean): Promise<DocumentResponse>;
  /** GET /openapi/v3. */
  index(): Promise<DocumentResponse>;
  /** GET /openapi/v3/`path`: 301 to the right hash when another one was asked for. */
  v3(path: string, hash: string | undefined): Promise<DocumentResponse | undefined>;
}

/** Characters or bytes of documents that are kept; what does not fit is made again for whoever asks. */
const KEPT_SIZE = 4 * 1024 * 1024;

/** How long a document may be worked on before others get their turn, in milliseconds. */
const SLICE = 4;

/** All that is served at one group and version. */
interface GroupVersion {
  readonly resources: readonly ServedResource[];
  /** Made at the first question. */
  hash?: Promise<string>;
}

export interface OpenApiOptions {
  readonly registry: Registry;
  /** Of the server: another release may write other documents. */
  readonly version: string;
}

export function createOpenApi({ registry, version }: OpenApiOptions): OpenApi {
  const bodies = new Bodies();
  /** What the protobuf form of the version 2 document is kept under. */
  let messageKey = {};
  let generation = -1;
  let versions = new Map<string, GroupVersion>();
  const fresh = (): ReadonlyMap<string, GroupVersion> => {
    if (generation === registry.generation) return versions;
    ({ generation } = registry);
    versions = regrouped(registry.all(), versions);
    messageKey = {};
    bodies.keepOnly(new Set<object>([registry.all(), ...versions.values()]));
    return versions;
  };
  const textOf = (group: GroupVersion): Promise<Body> =>
    bodies.get(group, () =>
      writeText(
        group.resources.map(({ definition }) => definition),
        'v3',
      ),
    );
  const hashOf = (group: GroupVersion): Promise<string> =>
    (group.hash ??= fingerprintOf(group.resources, version) ?? textOf(group).then((text) => documentHash(text)));
  return {
    async v2(inProtobuf) {
      fresh();
      const all = registry.all();
      const kinds = all.map(({ definition }) => definition);
      const [key, contentType] = inProtobuf ? [messageKey, SWAGGER_PROTOBUF.contentType] : [all, 'application/json'];
      const body = await bodies.get(key, () => (inProtobuf ? writeMessage(kinds) : writeText(kinds, 'v2')));
      return { type: 'document', code: 200, contentType, body };
    },
    async index() {
      const hashes = new Map<string, string>();
      for (const [path, group] of fresh()) hashes.set(path, await hashOf(group));
      return jsonDocument(openApiV3Index(hashes));
    },
    async v3(path, asked) {
      const group = fresh().get(path);
      if (group === undefined) return undefined;
      const hash = await hashOf(group);
      if (asked !== undefined && asked !== hash) return movedTo(`/openapi/v3/${path}?hash=${hash}`);
      const headers = {
        etag: `"${hash}"`,
        'cache-control': asked === undefined ? 'no-cache, private' : 'public, immutable',
      };
      const body = await textOf(group);
      return { type: 'document', code: 200, contentType: 'application/json', headers, body };
    },
  };
}

/** Group versions by path; one in which nothing changed is the same object as before. */
function regrouped(
  resources: readonly ServedResource[],
  former: ReadonlyMap<string, GroupVersion>,
): Map<string, GroupVersion> {
  const groups = Map.groupBy(resources, ({ definition }) => groupVersionPath(definition));
  return new Map(
    [...groups].map(([path, members]): [string, GroupVersion] => {
      const before = former.get(path);
      return [path, before !== undefined && sameMembers(before.resources, members) ? before : { resources: members }];
    }),
  );
}

const sameMembers = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((member, index) => member === b[index]);

/** undefined: some of the kinds have none. */
function fingerprintOf(resources: readonly ServedResource[], version: string): Promise<string> | undefined {
  const fingerprints = resources.map(({ fingerprint }) => fingerprint ?? '');
  if (fingerprints.includes('')) return undefined;
  const sorted = fingerprints.toSorted((a, b) => (a < b ? -1 : 1));
  return Promise.resolve(documentHash(JSON.stringify([version, ...sorted])));
}

const writeText = async (kinds: readonly KindDefinition[], flavor: Flavor): Promise<Uint8Array> =>
  Buffer.from((await inSlices(documentText(kinds, flavor))).join(''));

/** Version 2 in protobuf: `kubectl apply` of a List takes it in no other form. */
async function writeMessage(kinds: readonly KindDefinition[]): Promise<Uint8Array> {
  const { encodeHead, encodeMembers } = await import('../codec/openapi/encode.ts');
  const { info } = documentHead('v2');
  const parts = await inSlices(
    documentParts(kinds, 'v2').map(({ section, members }) =>
      encodeMembers(section === 'paths' ? section : 'definitions', members),
    ),
  );
  return Buffer.concat([encodeHead(info), ...parts]);
}

/** All that comes, with pauses for other work. */
async function inSlices<T>(pieces: Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  let since = performance.now();
  for (const piece of pieces) {
    all.push(piece);
    if (performance.now() - since < SLICE) continue;
    await nextTurn();
    since = performance.now();
  }
  return all;
}

const movedTo = (location: string): DocumentResponse => ({
  type: 'document',
  code: 301,
  contentType: 'text/plain; charset=utf-8',
  headers: { location },
  body: '',
});

type Body = Uint8Array;

/** Documents by what they were made of: the ones asked for last are kept, and whoever asks for the same at once waits for one. */
class Bodies {
  readonly #kept = new Map<object, Body>();
  readonly #making = new WeakMap<object, Promise<Body>>();
  #size = 0;

  async get(key: object, make: () => Promise<Body>): Promise<Body> {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const running = this.#making.get(key) ?? this.#start(key, make);
    return running;
  }

  async #start(key: object, make: () => Promise<Body>): Promise<Body> {
    const making = make();
    this.#making.set(key, making);
    try {
      const text = await making;
      this.#keep(key, text);
      return text;
    } finally {
      this.#making.delete(key);
    }
  }

  /** Forgets the documents of what is served no longer. */
  keepOnly(keys: ReadonlySet<object>): void {
    for (const [key, { length }] of this.#kept) {
      if (keys.has(key)) continue;
      this.#kept.delete(key);
      this.#size -= length;
    }
  }

  #keep(key: object, text: Body): void {
    if (text.length > KEPT_SIZE) return;
    this.#kept.set(key, text);
    this.#size += text.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#size <= KEPT_SIZE) return;
      this.#kept.delete(oldest);
      this.#size -= length;
    }
  }
}
