import type { CallContext, Capabilities, LogQuery, LogReader } from '../../api/registry/resource.ts';
import type { ApiServer } from '../../api/server.ts';
import { badRequest } from '../../api/status-error.ts';
import type { Logs } from '../../runtime/ports/logs.ts';
import type { Container } from '../../schemas/gen/types.ts';

/** Gives Containers their subresource `log`, which discovery shows from then on. */
export function serveContainerLog(server: ApiServer, logs: Logs): void {
  const containers = server.registry.find('tsmoby.dev', 'v1alpha1', 'containers');
  if (containers === undefined) return;
  const log: LogReader = {
    async readLog(context, name, query) {
      const value = await containers.capabilities.get?.(context, name);
      return readLog(value?.object() as Container, query, context, logs);
    },
  };
  server.registry.add({
    ...containers,
    subresources: new Map<string, Capabilities>([...containers.subresources, ['log', log]]),
  });
}

function readLog(
  container: Container,
  query: LogQuery,
  { signal }: CallContext,
  logs: Logs,
): AsyncIterable<Uint8Array> {
  const { name, uid } = container.metadata;
  const present = container.status?.logRun;
  if (present === undefined) {
    const waiting = container.status?.state?.waiting;
    const why = waiting === undefined ? 'ContainerCreating' : `${waiting.reason}: ${waiting.message}`;
    throw badRequest(`container ${JSON.stringify(name)} is waiting to start: ${why}`);
  }
  if (query.previous && present === 0) {
    throw badRequest(`previous terminated container ${JSON.stringify(name)} not found: it was never restarted`);
  }
  const { follow, timestamps, tailLines, limitBytes, sinceTime } = query;
  return logs.read(
    { log: uid, run: query.previous ? present - 1 : present },
    {
      follow: follow && !query.previous,
      timestamps,
      signal,
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(sinceTime === undefined ? {} : { sinceTime }),
    },
  );
}
