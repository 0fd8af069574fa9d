import type { Container } from '../../schemas/gen/types.ts';
import type { Condition, KubeObject } from '../../schemas/object.ts';
import { isReason, type Client } from '../client.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../watch/object-source.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/** Requests under way at once. */
const AT_ONCE = 8;

/** Something keeps a Namespace from going; the message says what, as far as the server does. */
export class TearDownError extends Error {
  override readonly name = 'TearDownError';
}

export interface TearDownOptions {
  /** Seconds that processes get to end by themselves at most. Their own `terminationGracePeriodSeconds` when that is shorter. */
  readonly graceSeconds: number;
  /** Only this very one. */
  readonly uid: string;
  readonly timeoutMs: number;
}

/** Deletes a Namespace with all that is in it, and waits until it is gone. Success when it is not there. Rejects with TearDownError, ApiError. */
export async function tearDownNamespace(client: Client, name: string, options: TearDownOptions): Promise<void> {
  const { graceSeconds, uid, timeoutMs } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    // asked for before the namespace does: it would leave each its own time
    await deleteContainers(client, name, graceSeconds, deadline);
    await client.delete({ ...NAMESPACE, name }, { preconditions: { uid }, signal: deadline });
  } catch (error) {
    // gone, or another one has its name
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return;
    throw error;
  }
  const left = await untilGone(client, name, uid, deadline);
  if (left === undefined) return;
  throw new TearDownError(`namespace ${name} is not gone after ${timeoutMs / 1000} s: ${reasonOf(left)}`);
}

/** Each by itself, as a time of grace that is asked for counts in place of its own, also when that is shorter. */
async function deleteContainers(
  client: Client,
  namespace: string,
  graceSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const { items } = await client.list<Container>(CONTAINER, { namespace, signal });
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const { metadata, spec } of rest) {
      const { name, uid } = metadata;
      const { terminationGracePeriodSeconds: own = graceSeconds } = spec;
      const grace = own < graceSeconds ? {} : { gracePeriodSeconds: graceSeconds };
      const asked = client.delete({ ...CONTAINER, namespace, name }, { preconditions: { uid }, ...grace, signal });
      await asked.catch((error: unknown) => {
        if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Undefined when it is gone, else as it was seen last. */
async function untilGone(
  client: Client,
  name: string,
  uid: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const source = objectSource(client, NAMESPACE, { fieldSelector: `metadata.name=${name}` });
  let seen: KubeObject | undefined;
  try {
    for await (const change of follow(source, {}, signal)) {
      if (change.type === 'SYNCED') {
        if (seen === undefined) return undefined;
      } else if (change.item.metadata.uid === uid) {
        seen = change.item;
        if (change.type === 'DELETED') return undefined;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return seen ?? { ...NAMESPACE, metadata: { name, uid, resourceVersion: '', creationTimestamp: '' } };
}

function reasonOf(namespace: KubeObject): string {
  const { conditions = [] } =
    (namespace as { readonly status?: { readonly conditions?: readonly Condition[] } }).status ?? {};
  const told = conditions.filter(({ status }) => status === 'True').map(({ message }) => message);
  return told.length === 0 ? 'the server does not say why' : told.join('; ');
}
