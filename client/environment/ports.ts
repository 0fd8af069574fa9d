/** Ports of the machine that lead into an environment: each is one that is free, so that copies do not get into each other's way. */
import type { Container, ContainerPort } from '../../schemas/gen/types.ts';
import type { KubeObject, ObjectInput } from '../../schemas/object.ts';

/** What is published is for whoever runs here. */
const LOOPBACK = '127.0.0.1';

export interface PublishedPort {
  /** As the spec names it. */
  readonly name?: string;
  /** Of the container. */
  readonly containerPort: number;
  readonly protocol: string;
  /** An address of this machine, and the port of it that leads there. */
  readonly host: string;
  readonly port: number;
}

export type FreePorts =
  | { readonly type: 'object'; readonly object: ObjectInput }
  /** `path`: the field that keeps it from having other ports. */
  | { readonly type: 'impossible'; readonly path: string; readonly message: string };

/** The Container with free ports in the place of those it asks for, on the loopback address unless it names one; other kinds as they are. */
export function withFreePorts(object: ObjectInput): FreePorts {
  const spec = specOf(object);
  if (spec === undefined || !Array.isArray(spec.ports)) return { type: 'object', object };
  const ports = spec.ports as readonly ContainerPort[];
  const range = ports.findIndex(({ hostPort, endPort }) => hostPort !== undefined && endPort !== undefined);
  if (range >= 0)
    return impossible(range, 'a range of ports of the machine cannot be any free one: publish single ports, or none');
  const published = ports.findIndex(({ hostPort }) => hostPort !== undefined);
  if (published < 0) return { type: 'object', object };
  if (spec.hostNetwork === true)
    return impossible(published, 'with hostNetwork the ports are those of the machine, which copies cannot share');
  const free = ports.map((port) =>
    port.hostPort === undefined ? port : { ...port, hostPort: 0, hostIP: port.hostIP ?? LOOPBACK },
  );
  return { type: 'object', object: { ...object, spec: { ...spec, ports: free } } as ObjectInput };
}

const impossible = (index: number, message: string): FreePorts => ({
  type: 'impossible',
  path: `spec.ports[${index}].hostPort`,
  message,
});

/** Undefined for other kinds, and where there is none. */
function specOf(object: ObjectInput): Partial<Container['spec']> | undefined {
  if (!isContainer(object)) return undefined;
  const { spec } = object as { readonly spec?: Partial<Container['spec']> | null };
  return typeof spec === 'object' && spec !== null ? spec : undefined;
}

export const isContainer = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean =>
  kind === 'Container' && apiVersion.startsWith('tsmoby.dev/');

/** Whether all ports that a Container publishes lead to it; true for what does not run, and for other kinds. */
export function hasItsPorts(object: KubeObject): boolean {
  if (!isContainer(object)) return true;
  const { spec, status } = object as Container;
  if (status?.phase !== 'Running' || spec.hostNetwork === true) return true;
  const wanted = (spec.ports ?? []).filter(({ hostPort }) => hostPort !== undefined).length;
  return publishedPorts(object as Container).length >= wanted;
}

/** Those of a Container that are published now. */
export function publishedPorts({ status }: Container): readonly PublishedPort[] {
  return (status?.ports ?? []).flatMap(({ name, hostIP, hostPort, containerPort, protocol = 'TCP' }) =>
    hostPort === undefined || hostPort === 0 || containerPort === undefined
      ? []
      : [
          {
            ...(name === undefined ? {} : { name }),
            containerPort,
            protocol,
            host: reachable(hostIP),
            port: hostPort,
          },
        ],
  );
}

/** All addresses are reached by one of them. */
const reachable = (hostIP: string | undefined): string =>
  hostIP === undefined || hostIP === '0.0.0.0' || hostIP === '::' ? LOOPBACK : hostIP;
