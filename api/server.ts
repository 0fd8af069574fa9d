/**
 * The API server: a store, the kinds it serves, and the one way in. Listeners are opened on it; in-process callers use
 * `pipeline` directly. Closing it closes the listeners and the caches, not the store.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { KindDefinition } from '../schemas/kind-definition.ts';
import { ALSO_SERVED_KINDS } from '../schemas/kinds.ts';
import type { KubeObject } from '../schemas/object.ts';
import { CustomResources } from './custom-resources/custom-resources.ts';
import type { FieldSetCache } from './apply/fields-v1.ts';
import type { ApiClock, ApiContext, ApiLog, HealthCheck } from './context.ts';
import { createOpenApi } from './handlers/openapi.ts';
import { createInFlight } from './http/in-flight.ts';
import { listenUnix, type Listener } from './http/listen.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createAdmissionChain, type AdmissionPlugin } from './pipeline/admission.ts';
import { silentAudit, type AuditSink } from './pipeline/audit.ts';
import { createAuthenticator, MASTERS, type Authenticator } from './pipeline/authenticate.ts';
import { createAdminAuthorizer, type Authorizer } from './pipeline/authorize.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { KindStore, NamespacePhase } from './registry/kind-store.ts';
import type { Origins } from './registry/object-rules.ts';
import { conversionOf, viewOf } from './registry/conversions/index.ts';
import { openKind, serveAlso, viewAs } from './registry/open-kind.ts';
import { createRegistry, type Registry } from './registry/registry.ts';
import { PROTECTED_NAMESPACES } from './registry/strategies/namespace.ts';
import { storedResource } from './registry/stored-resource.ts';
import { viewResource } from './registry/view-resource.ts';
import { reviewResources } from './reviews/index.ts';
import { StatusError } from './status-error.ts';
import { serveHttps, type HttpsOptions } from './tls/serve-https.ts';
import type { Store } from './store/store.ts';
import { DecodedObjects } from './watch-cache/decoded-objects.ts';

/** Decoded objects of all kinds together; beyond it they are decoded again when somebody asks. */
const DECODED_BYTES = 8 * 1024 * 1024;

export interface ApiServerOptions {
  readonly store: Store;
  /** What is served; `schemas/kinds.ts` for tsmoby's own table. */
  readonly kinds: readonly KindDefinition[];
  readonly clock: ApiClock;
  readonly log: ApiLog;
  /** tsmoby's version, shown by /version. */
  readonly version: string;
  /** Plugins between authorization and validation, in order. */
  readonly admission?: readonly AdmissionPlugin[];
  readonly authenticator?: Authenticator;
  readonly authorizer?: Authorizer;
  readonly audit?: AuditSink;
  readonly health?: readonly HealthCheck[];
  /** Sources of uids and generated names; random by default. */
  readonly origins?: Partial<Origins>;
}

export interface ApiServer extends AsyncDisposable {
  /** Opens a unix socket, 0600, or 0660 with a group. Closed with the server. */
  listenUnix(options: { readonly path: string; readonly group?: number }): Promise<Listener>;
  /** Opens HTTPS with certificates of our own making, and writes the kubeconfig. Closed with the server. */
  listenHttps(options: HttpsOptions): Promise<Listener>;
  /**
   * Ends what is being answered: watches, logs, processes that somebody talks to. Resolves when these processes are let go of; call it while
   * there still is a runtime. Disposing does it, too.
   */
  endRequests(): Promise<void>;
  readonly pipeline: Pipeline;
  readonly registry: Registry;
  /** What /metrics shows; whoever composes the server adds gauges of its own. */
  readonly metrics: Metrics;
  /** The storage of a kind, with its watch cache, in the version that controllers follow: for informers that are a view of it. */
  kind(group: string, plural: string): KindStore | undefined;
}

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, log, store } = options;
  const registry = createRegistry();
  const stores = new Map<string, KindStore>();
  const fieldSets: FieldSetCache = new WeakMap();
  const metrics = createMetrics();
  const admission = createAdmissionChain(options.admission ?? []);
  const stack = new AsyncDisposableStack();
  const surroundings = {
    store,
    objects: new DecodedObjects(DECODED_BYTES),
    onDamaged: (key: string, err: unknown) => log.error({ key, err }, 'stored object is damaged and left out'),
    origins: { now: () => clock.now(), uuid: randomUUID, nameSuffix, ...options.origins },
    admission,
    fieldSets,
    namespacePhase: namespacePhaseOf(() => stores.get('/namespaces')),
  };
  await using opening = stack;
  for (const definition of options.kinds) {
    const { group, plural, storedAs } = definition;
    if (storedAs !== undefined) continue;
    const kind = await openKind(definition, surroundings);
    opening.use(kind.cache);
    stores.set(`${group}/${plural}`, kind);
    registry.add(storedResource(kind));
  }
  for (const definition of [...options.kinds, ...ALSO_SERVED_KINDS]) {
    const { storedAs } = definition;
    const kind = storedAs && stores.get(`${storedAs.group}/${storedAs.plural}`);
    if (kind === undefined) continue;
    if (definition.readOnly !== undefined) registry.add(viewResource(viewAs(kind, definition, viewOf(definition))));
    else registry.add(storedResource(serveAlso(kind, definition, conversionOf(definition))));
  }
  const authorizer = options.authorizer ?? createAdminAuthorizer();
  registry.change({ add: reviewResources(authorizer, clock) });
  await makeProtectedNamespaces(registry);
  const definitions = stores.get('apiextensions.k8s.io/customresourcedefinitions');
  const custom = definitions && opening.use(await CustomResources.start({ definitions, registry, surroundings, log }));
  const pipeline = createPipeline(contextOf(options, { registry, fieldSets, admission, metrics, authorizer }));
  const inFlight = createInFlight();
  const owned = opening.move();
  const shared = { pipeline, clock, log, inFlight };
  return {
    pipeline,
    registry,
    metrics,
    kind: (group, plural) => stores.get(`${group}/${plural}`) ?? custom?.kind(group, plural),
    endRequests: () => inFlight.stop(),
    listenUnix: async (at) => owned.use(await listenUnix({ ...shared, ...at })),
    listenHttps: async (at) => owned.use(await serveHttps(at, shared)),
    async [Symbol.asyncDispose]() {
      await inFlight.stop();
      await owned.disposeAsync();
    },
  };
}

function contextOf(
  options: ApiServerOptions,
  shared: Pick<ApiContext, 'registry' | 'fieldSets' | 'admission' | 'metrics' | 'authorizer'>,
): ApiContext {
  const { clock, log, version } = options;
  return {
    ...shared,
    authenticator: options.authenticator ?? createAuthenticator(),
    audit: options.audit ?? silentAudit,
    openApi: createOpenApi({ registry: shared.registry, version }),
    health: options.health ?? [],
    clock,
    log,
    version,
  };
}

/** Vowels and look-alikes are left out, so that no words come about. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters; a byte's slight preference for the first letters does not matter here. */
function nameSuffix(): string {
  return Array.from(randomBytes(5), (byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join('');
}

function namespacePhaseOf(namespaces: () => KindStore | undefined): NamespacePhase {
  return (name) => {
    const entry = namespaces()?.cache.get('', name);
    if (entry === undefined) return undefined;
    return entry.fields['status.phase'] === 'Terminating' ? 'Terminating' : 'Active';
  };
}

/** default, kube-system and kube-public are there from the start; the uid of kube-system is the store's identity. */
async function makeProtectedNamespaces(registry: Registry): Promise<void> {
  const namespaces = registry.find('', 'v1', 'namespaces')?.capabilities;
  if (namespaces?.create === undefined) return;
  const user = { name: 'system:apiserver', groups: [MASTERS] };
  for (const name of PROTECTED_NAMESPACES) {
    const attributes = {
      user,
      verb: 'create',
      group: '',
      version: 'v1',
      resource: 'namespaces',
      subresource: '',
      namespace: '',
      name,
      path: '',
    };
    const call = { attributes, signal: new AbortController().signal, warn: () => undefined };
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as KubeObject;
    try {
      await namespaces.create(call, object, { dryRun: false, fieldManager: 'system:apiserver', operation: 'Update' });
    } catch (error) {
      if (!(error instanceof StatusError && error.status.reason === 'AlreadyExists')) throw error;
    }
  }
}
