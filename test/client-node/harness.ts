import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { eventually } from '../support/eventually.ts';

/** A whole daemon, and the published client with the kubeconfig that the daemon has written. */
export interface PublishedClient extends AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly config: KubeConfig;
}

export async function openPublishedClient(): Promise<PublishedClient> {
  await using opening = new AsyncDisposableStack();
  const daemon = opening.use(await startTestDaemon({ listen: ['https://127.0.0.1:0'] }));
  const file = join(daemon.options.dataDir, 'kubeconfig');
  // the socket, on which the daemon has answered, opens first
  await eventually('the kubeconfig', () =>
    access(file).then(
      () => true,
      () => false,
    ),
  );
  const config = new KubeConfig();
  config.loadFromFile(file);
  const owned = opening.move();
  return { daemon, config, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** HTTP code of a refusal, and the reason of its Status. */
export async function refusalOf(call: Promise<unknown>): Promise<{ readonly code: number; readonly reason: unknown }> {
  try {
    await call;
  } catch (error) {
    const { code, body } = error as { readonly code: number; readonly body: unknown };
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { readonly reason?: unknown };
    return { code, reason: status.reason };
  }
  throw new Error('the call must be refused');
}
