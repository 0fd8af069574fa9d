import type { ExecutionContext, TestFn } from 'ava';
import { createHttpClient, type HttpClient } from '../../../client/http.ts';
import { readKubeconfig } from '../../../client/kubeconfig.ts';
import type { KubeObject, ObjectInput } from '../../../schemas/object.ts';
import { ApiProcess } from '../../support/api-process.ts';

/** A server of its own in another process, and clients over both ways in. */
export interface Rig extends AsyncDisposable {
  readonly server: ApiProcess;
  /** HTTPS and unix socket in turn, so that each test uses both. */
  readonly clients: readonly [HttpClient, HttpClient];
  /** The n-th worker's client. */
  clientOf(worker: number): HttpClient;
}

export async function openRig(): Promise<Rig> {
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await ApiProcess.start());
  const { connection } = await readKubeconfig(server.kubeconfig);
  const https = opening.use(await createHttpClient({ connection, userAgent: 'many/1' }));
  const unix = opening.use(
    await createHttpClient({ connection: { socketPath: server.socketPath }, userAgent: 'many/1' }),
  );
  const owned = opening.move();
  return {
    server,
    clients: [https, unix],
    clientOf: (worker) => (worker % 2 === 0 ? https : unix),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** One server for all tests of a file: they keep apart by the names of their objects. */
export function shareRig(test: TestFn): () => Rig {
  let rig: Rig | undefined;
  test.before('the server starts', async () => {
    rig = await openRig();
  });
  test.after.always('the server ends', async () => rig?.[Symbol.asyncDispose]());
  return () => {
    if (rig === undefined) throw new Error('the server has not started');
    return rig;
  };
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

export const configMapRef = (name: string) => ({ ...CONFIG_MAP, namespace: 'default', name });

export const configMap = (name: string, data: ConfigMap['data'] = {}): ObjectInput<ConfigMap> => ({
  ...CONFIG_MAP,
  metadata: { name, namespace: 'default' },
  data,
});

/** Runs `count` at once and resolves with all outcomes, in order. */
export const together = <T>(count: number, act: (index: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => act(index)));

/** Values of those that came through. */
export const winners = <T>(outcomes: readonly PromiseSettledResult<T>[]): T[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));

/** Reasons of those that did not. */
export const losers = (outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));

/** The server must be well, and must have logged no error. */
export async function assertWell(t: ExecutionContext, { server }: Rig): Promise<void> {
  t.true(server.alive, 'the server is alive');
  t.deepEqual((await server.facts()).errors, []);
}
