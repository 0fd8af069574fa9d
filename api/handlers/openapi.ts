/**
 * OpenAPI of what is served at this moment. Documents are made when somebody asks, and kept until the registry changes; their hashes
 * follow from their content, because kubectl keeps documents by hash and does not ask again.
 */
import {
  documentHash,
  groupVersionPath,
  openApiV2Document,
  openApiV3Document,
  openApiV3Index,
  type GroupVersion,
} from '../../schemas/openapi/documents.ts';
import type { Registry } from '../registry/registry.ts';
import { jsonDocument, type DocumentResponse } from './document.ts';

/** The documents of one registry. */
export interface OpenApi {
  /** GET /openapi/v2. */
  v2(): DocumentResponse;
  /** GET /openapi/v3. */
  index(): DocumentResponse;
  /** GET /openapi/v3/`path`: 301 to the right hash when another one was asked for. */
  v3(path: string, hash: string | undefined): DocumentResponse | undefined;
}

interface Entry {
  readonly body: string;
  readonly hash: string;
}

export function createOpenApi(registry: Registry): OpenApi {
  let generation = -1;
  let versions = new Map<string, GroupVersion>();
  let entries = new Map<string, Entry>();
  let swagger: string | undefined;
  const definitions = () => registry.all().map(({ definition }) => definition);
  const fresh = (): void => {
    if (generation === registry.generation) return;
    ({ generation } = registry);
    versions = new Map(definitions().map((row) => [groupVersionPath(row), { group: row.group, version: row.version }]));
    entries = new Map();
    swagger = undefined;
  };
  const entryOf = (path: string): Entry | undefined => {
    fresh();
    const known = entries.get(path);
    const groupVersion = versions.get(path);
    if (known !== undefined || groupVersion === undefined) return known;
    const body = JSON.stringify(openApiV3Document(groupVersion, definitions()));
    const made = { body, hash: documentHash(body) };
    entries.set(path, made);
    return made;
  };
  return {
    v2() {
      fresh();
      swagger ??= JSON.stringify(openApiV2Document(definitions()));
      return { type: 'document', code: 200, contentType: 'application/json', body: swagger };
    },
    index() {
      fresh();
      const hashes = new Map([...versions.keys()].map((path) => [path, entryOf(path)?.hash ?? '']));
      return jsonDocument(openApiV3Index(hashes));
    },
    v3(path, hash) {
      const entry = entryOf(path);
      if (entry === undefined) return undefined;
      if (hash !== undefined && hash !== entry.hash) {
        const location = `/openapi/v3/${path}?hash=${entry.hash}`;
        return {
          type: 'document',
          code: 301,
          contentType: 'text/plain; charset=utf-8',
          headers: { location },
          body: '',
        };
      }
      const headers = {
        etag: `"${entry.hash}"`,
        'cache-control': hash === undefined ? 'no-cache, private' : 'public, immutable',
      };
      return { type: 'document', code: 200, contentType: 'application/json', headers, body: entry.body };
    },
  };
}
