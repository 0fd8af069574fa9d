import type { PortDialer, PortForwarder } from '../../api/registry/port-dialer.ts';
import type { ApiServer } from '../../api/server.ts';
import { internal, serviceUnavailable } from '../../api/status-error.ts';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { Host } from '../../runtime/ports/host.ts';
import { notRunning, runningInstance } from './running-instance.ts';
import { serveAtContainers } from './serve-at-containers.ts';

/** The ports that lead into a container's network. */
export interface NetworkPorts {
  readonly containers: Pick<Containers, 'get'>;
  readonly host: Pick<Host, 'openNetwork'>;
}

/** Gives Containers, and the Pods that they are seen as, their subresource `portforward`, which discovery shows from then on. */
export function serveContainerPorts({ registry }: Pick<ApiServer, 'registry'>, ports: NetworkPorts): void {
  serveAtContainers(registry, (find) => {
    const portforward: PortForwarder = {
      async openPorts(context, name) {
        const id = runningInstance(await find(context, name), undefined);
        return await openPorts(id, name, ports, context.signal);
      },
    };
    return { portforward };
  });
}

async function openPorts(
  id: string,
  name: string,
  { containers, host }: NetworkPorts,
  signal: AbortSignal,
): Promise<PortDialer> {
  await using opening = new AsyncDisposableStack();
  try {
    const before = await containers.get(id, signal);
    if (before?.task === undefined) throw notRunning(name, undefined);
    const door = opening.use(await host.openNetwork(before.task.pid, signal));
    // the id may be another process' by now: then what is open is somebody else's network
    const after = await containers.get(id, signal);
    if (after?.task?.pid !== before.task.pid || after.task.status !== 'running') throw notRunning(name, undefined);
    opening.move();
    return door;
  } catch (error) {
    if (isRuntimeError(error, 'NotFound', 'FailedPrecondition')) throw notRunning(name, undefined);
    const text = error instanceof Error ? error.message : String(error);
    if (isRuntimeError(error, 'Unavailable', 'Unsupported')) throw serviceUnavailable(text);
    throw isRuntimeError(error) ? internal(`error forwarding ports: ${text}`) : error;
  }
}
