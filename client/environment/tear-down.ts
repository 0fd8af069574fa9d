import type { Condition, KubeObject } from '../../schemas/object.ts';
import { isReason, type Client } from '../client.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../watch/object-source.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

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
    await client.deleteCollection(CONTAINER, { namespace: name, gracePeriodSeconds: graceSeconds, signal: deadline });
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
