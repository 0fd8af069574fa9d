import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainersContext } from './context.ts';

/** [S] containerd's own state directory, compiled into the shim, whatever the containerd that starts it is configured to. */
const SOCKETS = '/run/containerd/s';

/** [S, 1.7 pkg shim SocketAddress] Where the shim of a task listens: named by a hash of containerd's address, namespace and id. */
export function shimSocket(containerdSocket: string, namespace: string, id: string): string {
  const hash = createHash('sha256')
    .update(join(containerdSocket, namespace, id))
    .digest('hex');
  return join(SOCKETS, hash);
}

/** A shim that ends removes its socket; one that is killed while it starts does not, and nobody would ever look for it. */
export async function removeShimSocket({ connection }: ContainersContext, id: string): Promise<void> {
  await rm(shimSocket(connection.socketPath, connection.namespace, id), { force: true });
}
