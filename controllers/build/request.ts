import type {
  BuildOutput,
  BuildRequest,
  CacheSource,
  CacheTarget,
  LocalContext,
  NamedContext,
} from '../../runtime/ports/builders.ts';
import type { RegistryCredentials } from '../../runtime/ports/registry.ts';
import type { Build, Secret } from '../../schemas/gen/types.ts';
import { familiarImageReference, parseImageReference } from '../../schemas/values/image-reference.ts';
import { credentialsFor, credentialsForHost, PullSecretError } from '../../schemas/values/registry-credentials.ts';
import type { Base } from './bases.ts';
import type { ContextView } from './context-look.ts';
import type { Inputs } from './inputs.ts';
import { secretBytes } from './references.ts';

/** What a request is made of, besides the object. */
export interface RequestParts {
  readonly id: string;
  readonly inputs: Inputs;
  readonly view: ContextView;
  readonly bases: readonly Base[];
  /** Images that we hold, by name of the context. */
  readonly layouts: Readonly<Record<string, NamedContext & { readonly type: 'layout' }>>;
  readonly outputs: readonly BuildOutput[];
  /** Real paths of `spec.cache.to`. */
  readonly cachePaths: ReadonlyMap<string, string>;
  readonly sharedKey: (path: string) => string;
}

/** The object in the words of the builder. */
export function buildRequest(build: Build, parts: RequestParts): BuildRequest {
  const { id, inputs, view, outputs } = parts;
  const { spec } = build;
  const { name = 'dockerfile.v0', source, options = {} } = spec.frontend ?? {};
  const local = (path: string): LocalContext => ({ path, sharedKey: parts.sharedKey(path) });
  const { directory, filename } = view.definition;
  return {
    id,
    frontend: { name, ...(source === undefined ? {} : { source }) },
    options,
    ...(view.main === undefined ? {} : { context: local(view.main.path) }),
    dockerfile: { directory: local(directory), filename },
    namedContexts: namedContexts(build, parts, local),
    args: inputs.args,
    labels: spec.labels ?? {},
    ...(spec.target === undefined ? {} : { target: spec.target }),
    platforms: spec.platforms ?? [],
    network: NETWORKS[spec.network ?? 'Default'],
    hosts: (spec.hostAliases ?? []).flatMap(({ ip, hostnames }) => hostnames.map((name) => ({ name, ip }))),
    ulimits: (spec.ulimits ?? []).map(({ name, soft, hard = soft }) => ({ name, soft, hard })),
    ...(inputs.shmBytes === undefined ? {} : { shmBytes: inputs.shmBytes }),
    noCache: spec.noCache === true || (spec.noCacheStages ?? []),
    pull: spec.pullPolicy === 'Always',
    cacheFrom: (spec.cache?.from ?? []).flatMap(cacheSource),
    cacheTo: (spec.cache?.to ?? []).flatMap((target) => cacheTarget(target, parts.cachePaths)),
    attestations: {
      ...(spec.attestations?.sbom && { sbom: spec.attestations.sbom }),
      ...(spec.attestations?.provenance && { provenance: { mode: spec.attestations.provenance.mode ?? 'min' } }),
    },
    entitlements: spec.entitlements ?? [],
    outputs,
    credentials: (host) => credentialsOf(host, build, inputs.pullSecrets),
    secret: (id) => {
      const found = inputs.secrets.get(id);
      return found && secretBytes(found.secret, found.key);
    },
    ssh: inputs.ssh,
  };
}

const NETWORKS = { Default: 'default', None: 'none', Host: 'host' } as const;

/**
 * What the spec names, and the base images: those that we hold from our store, the others by the digest that went into the key, so that
 * the builder takes no older one that it has.
 */
function namedContexts(
  { spec }: Build,
  { view, bases, layouts }: RequestParts,
  local: (path: string) => LocalContext,
): Record<string, NamedContext> {
  const all: Record<string, NamedContext> = {};
  for (const { reference, digest, recordName } of bases) {
    const parsed = parseImageReference(reference);
    if (recordName !== undefined || digest === undefined || parsed.digest !== undefined) continue;
    all[contextName(reference)] = { type: 'reference', reference: `${reference}@${digest}` };
  }
  for (const { name, reference } of spec.contexts ?? []) {
    if (reference !== undefined) all[name] = { type: 'reference', reference };
    const directory = view.named[name];
    if (directory !== undefined) all[name] = { type: 'directory', directory: local(directory.path) };
  }
  return { ...all, ...layouts };
}

/** As BuildKit looks for it: the short form, without `:latest`. */
export const contextName = (reference: string): string =>
  familiarImageReference(parseImageReference(reference)).replace(/:latest$/, '');

type Cache = NonNullable<Build['spec']['cache']>;

function cacheSource({ registry, local }: NonNullable<Cache['from']>[number]): CacheSource[] {
  if (local !== undefined) return [{ type: 'local', path: local.path }];
  if (registry === undefined) return [];
  return [{ type: 'registry', reference: registry.reference, insecure: registry.insecure ?? false }];
}

function cacheTarget(
  { registry, local, inline }: NonNullable<Cache['to']>[number],
  paths: RequestParts['cachePaths'],
): CacheTarget[] {
  if (inline !== undefined) return [{ type: 'inline' }];
  if (local !== undefined) {
    return [{ type: 'local', path: paths.get(local.path) ?? local.path, mode: local.mode ?? 'min' }];
  }
  if (registry === undefined) return [];
  const { reference, insecure = false, mode = 'min' } = registry;
  return [{ type: 'registry', reference, insecure, mode }];
}

/** Builders ask by host alone: what is pushed there says more of what is wanted. */
function credentialsOf(host: string, { spec }: Build, secrets: readonly Secret[]): RegistryCredentials | undefined {
  const pushed = (spec.outputs ?? []).flatMap(({ push }) => (push === undefined ? [] : [push.reference]));
  try {
    for (const reference of pushed) {
      const found = isAt(reference, host) ? credentialsFor(reference, secrets) : undefined;
      if (found !== undefined) return found;
    }
    return credentialsForHost(host, secrets);
  } catch (error) {
    // It is told of before anything is built.
    if (error instanceof PullSecretError) return undefined;
    throw error;
  }
}

const HUB_HOSTS: ReadonlySet<string> = new Set(['docker.io', 'registry-1.docker.io', 'index.docker.io']);

function isAt(reference: string, host: string): boolean {
  const { domain } = parseImageReference(reference);
  return domain === host || (HUB_HOSTS.has(domain) && HUB_HOSTS.has(host));
}
