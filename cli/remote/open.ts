import type { RemoteCommand } from '../../client/remote/remote-command.ts';
import { resourcePath } from '../../client/resource-path.ts';
import { container as containerKind } from '../../schemas/definitions/container.ts';
import type { Session } from '../connect/session.ts';
import { refOf } from '../kinds/directory.ts';

/** Which process, and which of its streams; as core/v1 PodExecOptions names them. */
export interface ProcessQuery {
  readonly container?: string | undefined;
  /** Absent: the container's own. */
  readonly command?: readonly string[];
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly tty?: boolean;
}

/** Starts a process in a container, or joins its own. Rejects with ApiError. */
export async function openProcess(
  { client, namespace }: Pick<Session, 'client' | 'namespace'>,
  name: string,
  query: ProcessQuery,
  signal: AbortSignal,
): Promise<RemoteCommand> {
  const subresource = query.command === undefined ? 'attach' : 'exec';
  const path = resourcePath({ ...refOf(containerKind), namespace, name, subresource }, containerKind);
  const { command = [], container, ...streams } = query;
  const parameters = new URLSearchParams(command.map((word) => ['command', word] as [string, string]));
  if (container !== undefined) parameters.set('container', container);
  for (const [stream, wanted] of Object.entries(streams)) if (wanted) parameters.set(stream, 'true');
  return await client.remoteCommand(`${path}?${parameters.toString()}`, { signal });
}
