import { randomUUID } from 'node:crypto';
import { neverStarted } from '../../api/registry/never-started.ts';
import type { AttachQuery, Attacher, Execer, ExecQuery, RemoteProcess } from '../../api/registry/remote-process.ts';
import type { ApiServer } from '../../api/server.ts';
import { badRequest, internal, serviceUnavailable, type StatusError } from '../../api/status-error.ts';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { Logs } from '../../runtime/ports/logs.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { attachedProcess, onlyWanted } from './remote-process.ts';
import { notRunning, runningInstance } from './running-instance.ts';
import { serveAtContainers } from './serve-at-containers.ts';

/** The ports that talk to processes. */
export interface ProcessPorts {
  readonly containers: Pick<Containers, 'exec' | 'input' | 'resize'>;
  readonly logs: Pick<Logs, 'attach'>;
}

/** Gives Containers, and the Pods that they are seen as, their subresources `exec` and `attach`, which discovery shows from then on. */
export function serveContainerProcesses({ registry }: Pick<ApiServer, 'registry'>, ports: ProcessPorts): void {
  serveAtContainers(registry, (find) => {
    const exec: Execer = {
      exec: async (context, name, query) => execIn(await find(context, name), query, ports, context.signal),
    };
    const attach: Attacher = {
      attach: async (context, name, query) => attachTo(await find(context, name), query, ports, context.signal),
    };
    return { exec, attach };
  });
}

async function execIn(
  container: Container,
  query: ExecQuery,
  { containers }: ProcessPorts,
  signal: AbortSignal,
): Promise<RemoteProcess> {
  const id = runningInstance(container, query.container);
  const { command: args, tty: terminal, stdin } = query;
  try {
    const process = await containers.exec(id, { execId: randomUUID(), args, terminal, stdin }, signal);
    return inWords(onlyWanted(process, query), container);
  } catch (error) {
    const refusal = toStatusError(error, container);
    // A command that cannot be run is news of the process, as from a kubelet; all else is a refusal.
    if (isRuntimeError(error, 'InvalidArgument')) return neverStarted(refusal);
    throw refusal;
  }
}

/** The container decides whether there is a terminal and an input, as a kubelet does; who asks for more gets what there is. */
async function attachTo(
  container: Container,
  query: AttachQuery,
  { containers, logs }: ProcessPorts,
  signal: AbortSignal,
): Promise<RemoteProcess> {
  const id = runningInstance(container, query.container);
  const { spec, metadata, status } = container;
  await using opening = new AsyncDisposableStack();
  try {
    const output = opening.use(await logs.attach({ log: metadata.uid, run: status?.logRun ?? 0 }));
    const input = query.stdin && spec.stdin === true ? opening.use(await containers.input(id, signal)) : undefined;
    const process = attachedProcess({
      output,
      input,
      terminal: spec.tty ?? false,
      inputOnce: spec.stdinOnce ?? false,
      resize: (size) => containers.resize(id, size),
    });
    opening.move();
    return inWords(onlyWanted(process, query), container);
  } catch (error) {
    throw toStatusError(error, container);
  }
}

/** What goes wrong with a process later is told, too. */
function inWords(process: RemoteProcess, container: Container): RemoteProcess {
  const exited = process.exited.catch((error: unknown) => {
    throw toStatusError(error, container);
  });
  exited.catch(() => undefined);
  return { ...process, exited };
}

function toStatusError(error: unknown, { metadata: { name }, status }: Container): StatusError {
  // It ended since its status was written.
  if (isRuntimeError(error, 'FailedPrecondition', 'NotFound')) {
    if (error.reason === REASONS.TaskPaused) return badRequest(`container ${JSON.stringify(name)} is paused`);
    return notRunning(name, { ...status, state: { waiting: { reason: 'NotRunning' } } });
  }
  const text = error instanceof Error ? error.message : String(error);
  if (isRuntimeError(error, 'Unavailable')) return serviceUnavailable(text);
  return internal(`error executing command in container: ${text}`);
}
