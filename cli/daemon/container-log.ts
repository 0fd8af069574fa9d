import type { CallContext, LogQuery, LogReader } from '../../api/registry/resource.ts';
import type { ApiServer } from '../../api/server.ts';
import { badRequest } from '../../api/status-error.ts';
import type { Logs } from '../../runtime/ports/logs.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { checkContainer, serveAtContainers } from './serve-at-containers.ts';

/** Gives Containers, and the Pods that they are seen as, their subresource `log`, which discovery shows from then on. */
export function serveContainerLog({ registry }: Pick<ApiServer, 'registry'>, logs: Logs): void {
  serveAtContainers(registry, (find) => {
    const log: LogReader = {
      readLog: async (context, name, query) => readLog(await find(context, name), query, context, logs),
    };
    return { log };
  });
}

function readLog(
  container: Container,
  query: LogQuery,
  { signal }: CallContext,
  logs: Logs,
): AsyncIterable<Uint8Array> {
  const { name, uid } = container.metadata;
  checkContainer(container, query.container);
  const present = container.status?.logRun;
  if (present === undefined) {
    const waiting = container.status?.state?.waiting;
    const why = waiting === undefined ? 'ContainerCreating' : `${waiting.reason}: ${waiting.message}`;
    throw badRequest(`container ${JSON.stringify(name)} is waiting to start: ${why}`);
  }
  if (query.previous && present === 0) {
    throw badRequest(`previous terminated container ${JSON.stringify(name)} not found: it was never restarted`);
  }
  const { follow, timestamps, stream, tailLines, limitBytes, sinceTime } = query;
  return logs.read(
    { log: uid, run: query.previous ? present - 1 : present },
    {
      follow: follow && !query.previous,
      timestamps,
      signal,
      ...(stream === undefined ? {} : { stream }),
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(sinceTime === undefined ? {} : { sinceTime }),
    },
  );
}
