import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { groupOf } from '../engine/keys.ts';
import type { ServedKind } from '../engine/served-kinds.ts';

/** Objects whose finalizers are counted, per kind; a message needs no more. */
const SAMPLE = 500;

export interface Remains {
  /** Resources with the number of objects that are left. */
  readonly content: ReadonlyMap<string, number>;
  /** Finalizers with the number of objects that wait for them. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** What the server answered where it refused. */
  readonly failures: readonly string[];
}

/**
 * Deletes all objects of some kinds in a namespace and says what is left. A kind that cannot be deleted does not keep
 * the others.
 */
export async function emptyOfKinds(
  client: Client,
  namespace: string,
  kinds: readonly ServedKind[],
  signal: AbortSignal,
): Promise<Remains> {
  const content = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: string[] = [];
  await Promise.all(
    kinds.map(async (kind) => {
      try {
        const left = await emptyOfKind(client, namespace, kind, signal);
        if (left.count > 0) content.set(resourceOf(kind), left.count);
        for (const { metadata } of left.sample) {
          for (const name of metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
        }
      } catch (error) {
        signal.throwIfAborted();
        failures.push(`${resourceOf(kind)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return { content, finalizers, failures: failures.sort() };
}

interface Left {
  readonly count: number;
  readonly sample: readonly KubeObject[];
}

/** Objects that are being deleted already need no second request, so a namespace that only waits causes none. */
async function emptyOfKind(client: Client, namespace: string, kind: ServedKind, signal: AbortSignal): Promise<Left> {
  const before = await look(client, namespace, kind, signal);
  const untouched = before.sample.some(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!untouched && before.count === before.sample.length) return before;
  await client.deleteCollection(kind, { namespace, propagationPolicy: 'Background', signal });
  return look(client, namespace, kind, signal);
}

async function look(client: Client, namespace: string, kind: ServedKind, signal: AbortSignal): Promise<Left> {
  const page = await client.list<KubeObject>(kind, { namespace, limit: SAMPLE, signal });
  return { count: page.items.length + (page.metadata.remainingItemCount ?? 0), sample: page.items };
}

/** As kubectl writes a resource: `containers.tsmoby.dev`. */
function resourceOf({ apiVersion, plural }: ServedKind): string {
  const group = groupOf(apiVersion);
  return group === '' ? plural : `${plural}.${group}`;
}
