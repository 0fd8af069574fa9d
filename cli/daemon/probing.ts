import type { Log } from '../../controllers/engine/environment.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { openNetd, type OpenNetd } from '../../runtime/netd/open-netd.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { Host, NetworkDoor } from '../../runtime/ports/host.ts';
import type { Processes } from '../../runtime/ports/processes.ts';
import { commandIn } from './probe-exec.ts';

export interface ProbingOptions {
  readonly runDirectory: string;
  readonly containers: Pick<Containers, 'exec' | 'list'>;
  readonly host: Pick<Host, 'openNetwork'>;
  readonly processes: Processes;
  readonly log: Log;
}

/** Starts or adopts netd, and asks in containers what netd cannot ask from outside. */
export function openProbing({ runDirectory, containers, host, processes, log }: ProbingOptions): Promise<OpenNetd> {
  const exec = commandIn(containers);
  return openNetd({ runDirectory, processes, log, exec, openNetwork: (pid) => openOwn(pid, containers, host) });
}

/** The id may be another process' by now: then what is open is somebody else's network. */
async function openOwn(
  pid: number,
  containers: Pick<Containers, 'list'>,
  host: Pick<Host, 'openNetwork'>,
): Promise<NetworkDoor> {
  await using opening = new AsyncDisposableStack();
  const door = opening.use(await host.openNetwork(pid));
  const runs = (await containers.list()).some(({ task }) => task?.status === 'running' && task.pid === pid);
  if (!runs) throw new RuntimeError('NotFound', `no container has the process ${pid} any more`);
  opening.move();
  return door;
}
