import type { Registry, ResourcePlace } from '../../api/registry/registry.ts';
import type { CallContext, Capabilities } from '../../api/registry/resource.ts';
import { badRequest } from '../../api/status-error.ts';
import type { Container } from '../../schemas/gen/types.ts';

/** The Container that a request is about. Refuses with NotFound, in the words of the resource that was asked for. */
export type FindContainer = (context: CallContext, name: string) => Promise<Container>;

const CONTAINERS: ResourcePlace = { group: 'tsmoby.dev', version: 'v1alpha1', plural: 'containers' };
const PODS: ResourcePlace = { group: '', version: 'v1', plural: 'pods' };

/** Adds subresources wherever Containers are seen: as themselves, and as Pods. */
export function serveAtContainers(
  registry: Registry,
  make: (find: FindContainer) => Readonly<Record<string, Capabilities>>,
): void {
  const containers = find(registry, CONTAINERS);
  if (containers === undefined) return;
  for (const resource of [containers, find(registry, PODS)]) {
    if (resource === undefined) continue;
    const made = make(async (context, name) => {
      // a Container that is not seen here is not found here
      await resource.capabilities.get?.(context, name);
      return (await containers.capabilities.get?.(context, name))?.object() as Container;
    });
    registry.add({ ...resource, subresources: new Map([...resource.subresources, ...Object.entries(made)]) });
  }
}

/** A Container has one container, which has its name; a kubelet's words for whoever asks for another. */
export function checkContainer({ metadata: { name } }: Container, wanted: string | undefined): void {
  if (wanted !== undefined && wanted !== name) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
}

const find = (registry: Registry, { group, version, plural }: ResourcePlace) => registry.find(group, version, plural);
