import type { Container, ContainerDependsOn } from '../gen/types.ts';

const SHARED = 'container:';

/** Name of the Container whose network it shares. */
export const sharedWith = ({ spec: { networkMode } }: Pick<Container, 'spec'>): string | undefined =>
  networkMode?.startsWith(SHARED) ? networkMode.slice(SHARED.length) : undefined;

/** Whether it means a Container of ours. */
const isOfContainer = ({ kind, apiVersion }: ContainerDependsOn): boolean =>
  kind === 'Container' && (apiVersion === undefined || apiVersion.startsWith('tsmoby.dev/'));

/** Names of the Containers that have to be there before this one can start: those that it depends on, and the one whose network it shares. */
export function containersBefore(container: Pick<Container, 'spec'>): readonly string[] {
  const dependencies = (container.spec.dependsOn ?? []).filter(isOfContainer).map(({ name }) => name);
  return [...dependencies, sharedWith(container) ?? []].flat();
}
