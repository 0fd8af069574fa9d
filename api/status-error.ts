/**
 * Refusals. Everything in `api/` that says no throws a `StatusError`, which carries the meta/v1 Status that goes on
 * the wire. The words and shapes are those of the real server (facts/kube-api.md §2), because clients print and parse
 * them. `toStatus` is the one place where any thrown value becomes a Status.
 */
import type { Status } from '../schemas/object.ts';
import { StoreError } from './store/store.ts';
import { WatchCacheError } from './watch-cache/errors.ts';

/** Cause reasons of meta/v1. */
export type CauseReason =
  | 'FieldValueInvalid'
  | 'FieldValueRequired'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldManagerConflict'
  | 'NamespaceTerminating'
  | 'ResourceVersionTooLarge'
  | 'UnexpectedServerResponse';

/** One thing that is wrong: `message` starts with the words of its reason (`Invalid value: …`, `Required value: …`). */
export interface Cause {
  readonly reason: CauseReason;
  readonly message: string;
  /** Absent where the cause is not about a field. */
  readonly field?: string;
}

/** What a message names: the plural and its group (`''` for core), as details.kind and details.group. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

/** The only error `api/` throws on purpose. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status & { readonly code: number };
  constructor(status: Status & { readonly code: number }, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'request failed', options);
    this.status = status;
  }
}

type Details = NonNullable<Status['details']>;

/** A failure Status with the constant parts filled in. */
export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Details,
  metadata: Status['metadata'] = {},
): Status & { readonly code: number } {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

const refuse = (...parameters: Parameters<typeof failure>): StatusError => new StatusError(failure(...parameters));

/** `configmaps` or `containers.tsmoby.dev`, as messages write it. */
export const qualified = (resource: ResourceName): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;

const detailsOf = (resource: ResourceName, name: string | undefined): Details => ({
  ...(name === undefined ? {} : { name }),
  ...(resource.group === '' ? {} : { group: resource.group }),
  kind: resource.plural,
});

export const badRequest = (message: string): StatusError => refuse(400, 'BadRequest', message);
export const unauthorized = (): StatusError => refuse(401, 'Unauthorized', 'Unauthorized');

/** 403 about one object or, without `name`, about the whole resource. */
export function forbidden(
  resource: ResourceName,
  name: string | undefined,
  why: string,
  causes?: readonly Cause[],
): StatusError {
  const subject = name === undefined || name === '' ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return refuse(403, 'Forbidden', `${subject} is forbidden: ${why}`, {
    ...detailsOf(resource, name === '' ? undefined : name),
    ...(causes ? { causes } : {}),
  });
}

export const notFound = (resource: ResourceName, name: string): StatusError =>
  refuse(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));

/** A resource or subresource that nobody serves, inside a group that is known. */
export const unknownResource = (): StatusError =>
  refuse(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (
  message = 'the server does not allow this method on the requested resource',
): StatusError => refuse(405, 'MethodNotAllowed', message, {});

export const notAcceptable = (supported: readonly string[]): StatusError =>
  refuse(406, 'NotAcceptable', `only the following media types are accepted: ${supported.join(', ')}`);

/** `deleting`: the one that is there is on its way out. */
export const alreadyExists = (resource: ResourceName, name: string, deleting = false): StatusError =>
  refuse(
    409,
    'AlreadyExists',
    `${deleting ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );

export function conflict(
  resource: ResourceName,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return refuse(409, 'Conflict', message, detailsOf(resource, name));
}

/** 410 with, for lists, a token to go on inconsistently. */
export const expired = (message: string, continueToken?: string): StatusError =>
  refuse(410, 'Expired', message, undefined, continueToken === undefined ? {} : { continue: continueToken });

export const tooLarge = (message: string): StatusError => refuse(413, 'RequestEntityTooLarge', message);

export const unsupportedMediaType = (supported: readonly string[]): StatusError =>
  refuse(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`,
  );

/** 422 with every cause; `kind` is the object's Kind (not the plural). */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly Cause[],
): StatusError {
  const lines = causes.map((cause) => (cause.field === '' ? cause.message : `${cause.field}: ${cause.message}`));
  const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const all = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return refuse(422, 'Invalid', `${subject} "${name}" is invalid: ${all}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes,
  });
}

/** 422 for a patch that makes of an object what it cannot be. Kubernetes shows the whole object beside it. */
export const invalidPatch = (patch: string, words: string): StatusError =>
  invalid({ group: '', kind: '' }, '', [
    { field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${patch}: ${words}` },
  ]);

/** 422 without an object to blame: a JSON patch whose test fails. */
export const unprocessable = (): StatusError =>
  refuse(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

export const internal = (message: string): StatusError => refuse(500, 'InternalError', message);

export const serviceUnavailable = (message: string): StatusError =>
  refuse(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });

/** A read ahead of the newest revision; `why` names both. */
export const resourceVersionTooLarge = (why: string): StatusError =>
  refuse(504, 'Timeout', `Timeout: ${why}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

/** The one crossing from store errors to Statuses. */
export function fromStoreError(error: StoreError, resource: ResourceName, name: string): StatusError {
  switch (error.code) {
    case 'NotFound':
      return notFound(resource, name);
    case 'AlreadyExists':
      return alreadyExists(resource, name);
    case 'Conflict':
      return conflict(resource, name);
    case 'Compacted':
      return expired('The resourceVersion for the provided list is too old.');
    case 'FutureRevision':
      return resourceVersionTooLarge(error.message);
    case 'TooLarge':
      return tooLarge(`${qualified(resource)} "${name}" is too large: ${error.message}`);
    case 'Unavailable':
      return serviceUnavailable(`the store does not take writes now: ${error.message}`);
    case 'Closed':
      return serviceUnavailable('the server is shutting down');
  }
}

/** The one crossing from the watch cache's errors. */
export function fromCacheError(error: WatchCacheError): StatusError {
  switch (error.code) {
    case 'Expired':
      return expired('The resourceVersion for the provided list is too old.');
    case 'Ahead':
      return resourceVersionTooLarge(error.message);
    case 'TooSlow':
    case 'Closed':
      return serviceUnavailable('the server is shutting down');
  }
}

/**
 * The Status of anything that was thrown. What nobody expected is 500 with a constant message: its text may hold
 * secrets, so it goes to the log only.
 */
export function toStatus(error: unknown): Status & { readonly code: number } {
  if (error instanceof StatusError) return error.status;
  if (error instanceof StoreError) return fromStoreError(error, { group: '', plural: 'objects' }, '').status;
  if (error instanceof WatchCacheError) return fromCacheError(error).status;
  return failure(500, 'InternalError', 'Internal error occurred: see the log of the daemon');
}
