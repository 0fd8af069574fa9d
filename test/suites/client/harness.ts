import type { ExecutionContext } from 'ava';
import { ApiError, type Client, type WatchEvent } from '../../../client/client.ts';
import type { ConfigMap } from '../../../schemas/gen/types.ts';
import type { KubeObject, ObjectInput, Status } from '../../../schemas/object.ts';
import type { ClientWorld } from '../../support/client-world.ts';
import { WIDGET, type Widget } from '../../support/widget.ts';

/** A behaviour that every client shows; `namespace` is empty and the test's own. */
export type ClientTest = (t: ExecutionContext, world: ClientWorld, namespace: string) => Promise<void>;

export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
export const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

export const configMap = (
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>> = {},
  metadata: Partial<KubeObject['metadata']> = {},
): ObjectInput<ConfigMap> => ({ ...CONFIG_MAP, metadata: { namespace, name, ...metadata }, data });

export const widgetIn = (
  namespace: string,
  name: string,
  spec: Widget['spec'] = {},
  metadata: Partial<KubeObject['metadata']> = {},
): ObjectInput<Widget> => ({ ...WIDGET, metadata: { namespace, name, ...metadata }, spec });

export const refTo = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject) => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

/** The promise rejects with an ApiError of that reason and code; returns its Status. */
export async function refused(
  t: ExecutionContext,
  promise: Promise<unknown>,
  code: number,
  reason: string,
): Promise<Status> {
  const error = await t.throwsAsync(promise, { instanceOf: ApiError });
  t.deepEqual([error.code, error.reason], [code, reason], error.message);
  return error.status;
}

export interface SeenEvent {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly object?: KubeObject;
}

const seen = (event: WatchEvent<KubeObject>): SeenEvent =>
  event.type === 'BOOKMARK'
    ? { type: event.type, name: '', version: event.resourceVersion }
    : {
        type: event.type,
        name: event.object.metadata.name,
        version: event.object.metadata.resourceVersion,
        object: event.object,
      };

/** The first events of a watch; the watch is ended after them. */
export async function take(client: Client, count: number, ...watch: Parameters<Client['watch']>): Promise<SeenEvent[]> {
  const [kind, options] = watch;
  const stop = new AbortController();
  const events: SeenEvent[] = [];
  for await (const event of client.watch<KubeObject>(kind, { ...options, signal: stop.signal })) {
    events.push(seen(event));
    if (events.length >= count) stop.abort();
  }
  return events;
}
