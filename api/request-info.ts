/**
 * From method and path to what is asked: the API server's URL scheme (`/api/v1/…`, `/apis/GROUP/VERSION/…`,
 * `namespaces/NS/PLURAL/NAME/SUBRESOURCE`).
 */
import { badRequest } from './status-error.ts';

/** What a path asks for, before it is known whether anybody serves it. */
export type RequestInfo = PathRequest | ResourceRequest;

/** Discovery, OpenAPI, health, version: anything that is no resource. */
export interface PathRequest {
  readonly type: 'path';
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
  /** Decoded segments, without the empty ones at both ends. */
  readonly segments: readonly string[];
}

export interface ResourceRequest {
  readonly type: 'resource';
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty: cluster-scoped, or all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  /** Empty for the object itself; `a/b` when deeper. */
  readonly subresource: string;
  /** The old `/watch/` prefix. */
  readonly watchPrefix: boolean;
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

function decodeSegments(path: string): string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch (cause) {
    throw Object.assign(badRequest('the path holds a malformed percent-encoding'), { cause });
  }
}

/**
 * Reads a path (without query). Throws BadRequest for a malformed percent-encoding; an unusual path is a PathRequest,
 * which later answers 404.
 */
export function parseRequest(method: string, path: string): RequestInfo {
  const segments = decodeSegments(path);
  if (segments.at(-1) === '') segments.pop();
  const asPath: PathRequest = { type: 'path', verb: method.toLowerCase(), path, segments };
  const [root] = segments;
  if (root === 'api' && segments.length > 2) return parseResource(method, path, '', segments.slice(1)) ?? asPath;
  if (root === 'apis' && segments.length > 3 && segments[1] !== '') {
    return parseResource(method, path, segments[1] ?? '', segments.slice(2)) ?? asPath;
  }
  return asPath;
}

/** `segments` begin with the version. */
function parseResource(
  method: string,
  path: string,
  group: string,
  segments: readonly string[],
): ResourceRequest | undefined {
  const [version = '', ...all] = segments;
  const watchPrefix = all[0] === 'watch' && all.length > 1;
  const rest = watchPrefix ? all.slice(1) : all;
  if (version === '' || rest.length === 0 || rest.includes('')) return undefined;
  const base = { type: 'resource', method, path, group, version, watchPrefix } as const;
  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && isNamespaceSubresource(rest[2]));
  if (inNamespace) {
    const [, namespace = '', resource = '', name = '', ...sub] = rest;
    return { ...base, namespace, resource, name, subresource: sub.join('/') };
  }
  const [resource = '', name = '', ...sub] = rest;
  const namespace = resource === 'namespaces' && group === '' ? name : '';
  return { ...base, namespace, resource, name, subresource: sub.join('/') };
}

const isNamespaceSubresource = (segment: string | undefined): boolean =>
  segment !== undefined && NAMESPACE_SUBRESOURCES.has(segment);
