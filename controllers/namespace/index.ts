/**
 * The namespace controller: a namespace that is being deleted is emptied, kind after kind, and let go when nothing is left.
 * It watches Namespaces, and the end of every object in one that is going. It sets Kubernetes' NamespaceDeletion…,
 * NamespaceContentRemaining and NamespaceFinalizersRemaining conditions, but only once something keeps the namespace:
 * one that empties at a stroke is gone without a status write.
 */
import { isReason, type Client } from '../../client/client.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Namespace } from '../../schemas/gen/types.ts';
import { AllKinds } from '../engine/all-kinds.ts';
import { ReconcileError, settled, type Controller, type EventSource, type Outcome } from '../engine/contract.ts';
import type { Log, ReconcileContext } from '../engine/contract.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import { remainsConditions } from './conditions.ts';
import { emptyOfKinds } from './empty.ts';
import { contentOf, foretellNamespace } from './foretell.ts';
import { deletionStages } from './order.ts';

/** What holds a namespace, in `spec.finalizers`, until this controller is done. */
const FINALIZER = 'kubernetes';
const KIND = { apiVersion: 'v1', kind: 'Namespace' } as const;
/** For what no event tells, such as a refusal that has ended. */
const LOOK_AGAIN_MS = 15_000;

type NamespaceStatus = NonNullable<Namespace['status']>;

export interface NamespaceControllerOptions {
  readonly kinds: ServedKinds;
  readonly log: Log;
}

/** Runs under the manager as user `system:controller:namespace`. */
export function createNamespaceController(options: NamespaceControllerOptions): Controller<Namespace, NamespaceStatus> {
  return {
    name: 'namespace',
    kind: KIND,
    outcomeConditions: false,
    sources: [endsOfContent(options)],
    reconcile: () => Promise.resolve(settled()),
    finalize: (namespace, context) => finalize(namespace, context, options.kinds),
    plan: foretellNamespace,
    takesAlong: contentOf,
  };
}

async function finalize(
  namespace: Namespace,
  context: ReconcileContext<NamespaceStatus>,
  kinds: ServedKinds,
): Promise<Outcome> {
  if (!namespace.spec?.finalizers?.includes(FINALIZER)) return settled();
  for (const stage of deletionStages(kinds.current())) {
    const remains = await emptyOfKinds(context.client, namespace.metadata.name, stage, context.signal);
    const message = `content of ${namespace.metadata.name} is left`;
    if (remains.failures.length === 0 && remains.content.size === 0) continue;
    for (const condition of remainsConditions(remains)) context.status.condition(condition);
    if (remains.failures.length > 0) {
      throw new ReconcileError({
        type: 'retry',
        reason: REASONS.ContentDeletionFailed,
        message: remains.failures.join('; '),
      });
    }
    return { type: 'progressing', reason: REASONS.SomeResourcesRemain, message, requeueAfterMs: LOOK_AGAIN_MS };
  }
  await letGo(context.client, namespace, context.signal);
  return settled();
}

/** The `finalize` subresource is the only way by which `spec.finalizers` change. */
async function letGo(client: Client, namespace: Namespace, signal: AbortSignal): Promise<void> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((name) => name !== FINALIZER);
  const { uid, name } = namespace.metadata;
  const patch = { metadata: { uid }, spec: { finalizers } };
  try {
    await client.patch({ ...KIND, name }, patch, { type: 'merge', subresource: 'finalize', signal });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

/** Wakes a namespace that is being deleted when an object in it has gone. */
function endsOfContent({ kinds, log }: NamespaceControllerOptions): EventSource {
  return {
    start: (enqueue, reader, informers) =>
      new AllKinds({
        kinds,
        informers,
        log,
        skip: (kind) => !kind.namespaced,
        changed: ({ type, object }) => {
          const { namespace } = object.metadata;
          if (type !== 'DELETED' || namespace === undefined) return;
          if (reader.get<Namespace>(KIND, undefined, namespace)?.metadata.deletionTimestamp) enqueue(namespace);
        },
      }),
  };
}
