import { RuntimeError } from '../errors.ts';

export interface Reference {
  /** Registry as written, e.g. docker.io or localhost:5000. */
  readonly registry: string;
  /** Where its API answers: host[:port]. */
  readonly host: string;
  /** Without the registry: library/busybox. */
  readonly repository: string;
  /** What the API is asked for: the digest when there is one, else the tag. */
  readonly target: string;
  /** sha256:… or sha512:… when pinned. */
  readonly digest?: string;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
const HOST = /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d{1,5})?$/;
/** Longest repository name that registries take. */
const MAX_REPOSITORY = 255;

/**
 * Reads `[host[:port]/]path[:tag][@digest]` as Docker does: the first part is a host when it has a dot or a colon, or is localhost;
 * without one it is Docker Hub's, where single names live under library/. Throws InvalidArgument.
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const { registry, rest } = splitRegistry(named);
  const colon = rest.lastIndexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const hub = registry === 'docker.io';
  const repository = hub && !path.includes('/') ? `library/${path}` : path;
  const refuse = (what: string): never => {
    throw new RuntimeError('InvalidArgument', `image reference ${JSON.stringify(text)}: ${what}`, {
      reason: 'InvalidImageName',
    });
  };
  if (!HOST.test(registry) || Number(/:(\d+)$/.exec(registry)?.[1] ?? 0) > 65_535)
    refuse(`${JSON.stringify(registry)} is not a host name`);
  if (repository.length > MAX_REPOSITORY) refuse(`the repository is longer than ${MAX_REPOSITORY} characters`);
  if (!repository.split('/').every((part) => COMPONENT.test(part))) {
    refuse('a repository is made of lower-case letters, digits, "." "_" "-" and "/"');
  }
  if (tag !== undefined && !TAG.test(tag)) refuse(`${JSON.stringify(tag)} is not a tag`);
  if (digest !== undefined && !DIGEST.test(digest))
    refuse(`${JSON.stringify(digest)} is not a sha256 or sha512 digest`);
  return {
    registry,
    host: hub ? 'registry-1.docker.io' : registry,
    repository,
    target: digest ?? tag ?? 'latest',
    ...(digest === undefined ? {} : { digest }),
  };
}

function splitRegistry(named: string): { registry: string; rest: string } {
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  if (!/[.:]/.test(first) && first !== 'localhost') return { registry: 'docker.io', rest: named };
  return { registry: first === 'index.docker.io' ? 'docker.io' : first, rest: named.slice(slash + 1) };
}

/** Whether a host is this machine: such registries may speak plain HTTP. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
