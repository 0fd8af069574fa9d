import { badRequest, type StatusError } from '../../api/status-error.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { checkContainer } from './serve-at-containers.ts';

/** The instance of a container whose process runs; a kubelet's words for all others. */
export function runningInstance(container: Container, wanted: string | undefined): string {
  checkContainer(container, wanted);
  const { status } = container;
  const id = status?.containerID?.replace(/^containerd:\/\//, '');
  if (status?.state?.running !== undefined && id !== undefined) return id;
  throw notRunning(container.metadata.name, status);
}

export function notRunning(name: string, status: Container['status']): StatusError {
  const { waiting, terminated } = status?.state ?? {};
  const { reason = 'ContainerCreating' } = waiting ?? terminated ?? {};
  return badRequest(`container not found (${JSON.stringify(name)}): it does not run (${reason})`);
}
