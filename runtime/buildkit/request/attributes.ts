import type { BuilderFacts, BuildRequest, NamedContext } from '../../ports/builders.ts';
import { layoutStoreOf } from './stores.ts';

/** What a front end is told of a build: the attributes of `dockerfile.v0`, which others understand as far as they need. */
export function frontendAttributes(request: BuildRequest, facts: BuilderFacts): Record<string, string> {
  const { frontend, dockerfile, target, platforms, hosts, ulimits, shmBytes, noCache, pull, attestations } = request;
  const network = networkOf(request, facts);
  const { sbom, provenance } = attestations;
  return {
    ...request.options,
    ...given('source', frontend.source),
    filename: dockerfile.filename,
    ...given('target', target),
    ...prefixed('build-arg:', request.args),
    ...prefixed('label:', request.labels),
    ...given('platform', listOf(platforms)),
    ...given('no-cache', typeof noCache === 'boolean' ? (noCache ? '' : undefined) : listOf(noCache)),
    // Without a wish to ask registries, what the builder has is good.
    'image-resolve-mode': pull ? 'pull' : 'local',
    ...given('force-network-mode', network === 'default' ? undefined : network),
    ...given('add-hosts', listOf(hosts.map(({ name, ip }) => `${name}=${ip}`))),
    ...given('shm-size', shmBytes === undefined ? undefined : String(shmBytes)),
    ...given('ulimit', listOf(ulimits.map(({ name, soft, hard }) => `${name}=${soft}:${hard}`))),
    ...Object.fromEntries(
      Object.entries(request.namedContexts).map(([name, context]) => [
        `context:${contextKey(name)}`,
        contextValue(name, context),
      ]),
    ),
    ...given('attest:sbom', sbom && (sbom.generator === undefined ? '' : `generator=${sbom.generator}`)),
    ...given('attest:provenance', provenance && `mode=${provenance.mode}`),
  };
}

/** What the builder has to allow before it begins. */
export function entitlementsOf(request: BuildRequest, facts: BuilderFacts): string[] {
  const host = networkOf(request, facts) === 'host' ? ['network.host'] : [];
  return [...new Set([...request.entitlements, ...host])];
}

/**
 * A dockerd without a bridge fails steps that ask for no network in particular; the machine's is all it has. A buildkitd in the same position
 * gives them the machine's by itself, and would want an entitlement for the explicit wish.
 */
function networkOf({ network }: BuildRequest, facts: BuilderFacts): BuildRequest['network'] {
  return network === 'default' && facts.kind === 'dockerd' && !facts.hasSandboxNetwork ? 'host' : network;
}

/** The name under which the session serves the directory of a named context; none that `context` or `dockerfile` could be. */
export function localNameOf(name: string): string {
  return `named-${name}`;
}

/** Front ends look for names as a person writes them: without what is understood. */
function contextKey(name: string): string {
  return name.replace(/^docker\.io\/(library\/)?/, '').replace(/:latest$/, '');
}

function contextValue(name: string, context: NamedContext): string {
  switch (context.type) {
    case 'directory':
      return `local:${localNameOf(name)}`;
    case 'layout':
      return `oci-layout://${layoutStoreOf(context.digest)}@${context.digest}`;
    case 'reference':
      return `docker-image://${context.reference}`;
  }
}

function given(key: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [key]: value };
}

function listOf(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(',');
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
}
