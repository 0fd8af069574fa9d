import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../../client/client.ts';
import type { KubeObject, ObjectRef } from '../../../schemas/object.ts';
import type { TestDaemon } from '../daemon.ts';

/** Far more than anything takes on a machine that has nothing else to do. */
export const PATIENCE_MS = 60_000;

/**
 * Follows one object until it satisfies, or is gone; on a watch, and on a new one when the daemon was away. Rejects with the object as it was last
 * seen.
 */
export async function until<T extends KubeObject>(
  daemon: TestDaemon,
  ref: ObjectRef,
  what: string,
  satisfies: ((object: T) => unknown) | 'gone',
  deadlineMs = PATIENCE_MS,
): Promise<T> {
  const deadline = AbortSignal.timeout(deadlineMs);
  let last: T | undefined;
  while (!deadline.aborted) {
    try {
      for await (const object of versions<T>(daemon, ref, deadline)) {
        if (object === undefined && satisfies === 'gone') return last as T;
        last = object ?? last;
        if (object !== undefined && satisfies !== 'gone' && satisfies(object)) return object;
      }
    } catch (error) {
      if (!(error instanceof ApiError) && !deadline.aborted) throw error;
      await sleep(20);
    }
  }
  const name = `${ref.kind} ${ref.namespace ?? ''}/${ref.name}`;
  throw new Error(`${name} is not what was waited for within ${deadlineMs} ms: ${what}.\n${render(last)}`);
}

/** Each version of an object from the present one on; undefined: it is not there. */
async function* versions<T extends KubeObject>(
  { client }: TestDaemon,
  ref: ObjectRef,
  signal: AbortSignal,
): AsyncGenerator<T | undefined> {
  const scope = {
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    fieldSelector: `metadata.name=${ref.name}`,
  };
  const { items, metadata } = await client.list<T>(ref, { ...scope, signal });
  yield items[0];
  const { resourceVersion } = metadata;
  for await (const event of client.watch<T>(ref, { ...scope, resourceVersion, signal })) {
    if (event.type === 'BOOKMARK') continue;
    yield event.type === 'DELETED' ? undefined : event.object;
  }
}

function render(object: KubeObject | undefined): string {
  if (object === undefined) return 'It was never there.';
  const { metadata, ...rest } = object;
  const { managedFields: _, ...shown } = metadata;
  return JSON.stringify({ metadata: shown, ...rest }, null, 1);
}
