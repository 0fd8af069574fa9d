/**
 * Image references as Docker's users write them: `busybox`, `user/app:1`, `ghcr.io/org/app@sha256:…`,
 * `localhost:5000/app`. The grammar is the one of the OCI distribution project's reference package.
 */

export interface ImageReference {
  /** Registry as the reference names it, port included; `docker.io` when it names none. */
  readonly domain: string;
  /** Repository below the registry; Docker Hub's own images stand below `library/`. */
  readonly path: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. Wins over the tag. */
  readonly digest?: string;
}

/** Not a reference; the message says which text, and what is wrong with it. */
export class ImageReferenceError extends Error {
  override readonly name = 'ImageReferenceError';
  constructor(text: string, problem: string) {
    super(`invalid image reference ${JSON.stringify(text.slice(0, 300))}: ${problem}`);
  }
}

const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const HUB = 'docker.io';

/** Reads a reference and fills in Docker Hub's host and `library/`. Tag and digest stay as written. Throws ImageReferenceError. */
export function parseImageReference(text: string): ImageReference {
  if (text === '') throw new ImageReferenceError(text, 'it is empty');
  if (text.length > 1024) throw new ImageReferenceError(text, 'it is longer than 1024 characters');
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new ImageReferenceError(text, 'a bare digest is no name; write name@sha256:…');
  }
  const { rest: named, digest } = splitDigest(text);
  const { rest: name, tag } = splitTag(text, named);
  const { domain, path } = splitDomain(text, name);
  checkPath(text, path);
  return { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function splitDigest(text: string): { readonly rest: string; readonly digest?: string } {
  const at = text.indexOf('@');
  if (at < 0) return { rest: text };
  const digest = text.slice(at + 1);
  const problem = digestProblem(digest);
  if (problem !== undefined) throw new ImageReferenceError(text, problem);
  return { rest: text.slice(0, at), digest };
}

/** What is wrong with a digest; undefined when nothing is. */
export function digestProblem(digest: string): string | undefined {
  const [algorithm = '', hex = '', ...more] = digest.split(':');
  if (!Object.hasOwn(DIGEST_LENGTHS, algorithm) || more.length > 0) {
    return 'the digest must begin with sha256:, sha384: or sha512:';
  }
  const length = DIGEST_LENGTHS[algorithm];
  if (hex.length !== length || !/^[a-f0-9]+$/.test(hex)) {
    return `a ${algorithm} digest has ${length} lower-case hexadecimal digits`;
  }
  return undefined;
}

function splitTag(text: string, named: string): { readonly rest: string; readonly tag?: string } {
  const colon = named.lastIndexOf(':');
  if (colon < 0 || named.includes('/', colon)) return { rest: named };
  const tag = named.slice(colon + 1);
  if (!TAG.test(tag)) {
    throw new ImageReferenceError(
      text,
      'a tag has 1 to 128 letters, digits, _, . and -, and does not begin with . or -',
    );
  }
  return { rest: named.slice(0, colon), tag };
}

function splitDomain(text: string, name: string): { readonly domain: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isDomain = first === 'localhost' || /[.:[]/.test(first) || first !== first.toLowerCase();
  const written = isDomain ? first : HUB;
  const path = isDomain ? name.slice(slash + 1) : name;
  if (!DOMAIN.test(written)) throw new ImageReferenceError(text, `${JSON.stringify(written)} is no registry host`);
  const domain = written === 'index.docker.io' ? HUB : written;
  return { domain, path: domain === HUB && !path.includes('/') ? `library/${path}` : path };
}

function checkPath(text: string, path: string): void {
  if (path !== path.toLowerCase()) throw new ImageReferenceError(text, 'the repository name must be lower case');
  if (path.length > 255) throw new ImageReferenceError(text, 'the repository name is longer than 255 characters');
  if (!path.split('/').every((component) => PATH_COMPONENT.test(component))) {
    throw new ImageReferenceError(
      text,
      'a repository name has lower-case letters and digits, with single ., _, __ or - between them, in parts divided by /',
    );
  }
}

/** Repository with its registry: `docker.io/library/busybox`. */
export function repositoryName({ domain, path }: ImageReference): string {
  return `${domain}/${path}`;
}

/** The whole reference; tag `latest` is filled in when there is neither tag nor digest. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag ?? (reference.digest === undefined ? 'latest' : undefined);
  return `${repositoryName(reference)}${tag === undefined ? '' : `:${tag}`}${reference.digest === undefined ? '' : `@${reference.digest}`}`;
}

/** The whole form of a reference that somebody wrote. Throws ImageReferenceError. */
export const fullImageReference = (text: string): string => formatImageReference(parseImageReference(text));

/** As `fullImageReference`; undefined for none, and for what cannot be read. */
export function readableImageReference(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return fullImageReference(text);
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}

/** The short form people write: without Docker Hub's host and `library/`. */
export function familiarImageReference(reference: ImageReference): string {
  const full = formatImageReference(reference);
  if (reference.domain !== HUB) return full;
  const path = full.slice(HUB.length + 1);
  return path.startsWith('library/') ? path.slice('library/'.length) : path;
}

/** Host (and port) to connect to: Docker Hub answers at another one than its name. */
export function registryHost({ domain }: ImageReference): string {
  return domain === HUB ? 'registry-1.docker.io' : domain;
}

/** True when the reference follows the tag `latest`: neither another tag nor a digest is given. */
export function isLatest({ tag, digest }: ImageReference): boolean {
  return digest === undefined && (tag ?? 'latest') === 'latest';
}
