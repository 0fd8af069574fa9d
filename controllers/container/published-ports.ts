import type { PortAnswer, PublishedRange } from '../../runtime/ports/publications.ts';
import type { Container, ContainerPort, ContainerStatusPort } from '../../schemas/gen/types.ts';
import { networkMode } from './network-mode.ts';

/** The ports of the spec that this machine is to publish, in its order. With the machine's own network nothing has to be led anywhere. */
export function publishedRanges(container: Container): readonly PublishedRange[] {
  return publishedPorts(container).map(({ containerPort, endPort, hostPort = 0, hostIP, protocol = 'TCP' }) => ({
    protocol,
    hostPort,
    containerPort,
    count: (endPort ?? containerPort) - containerPort + 1,
    ...(hostIP === undefined ? {} : { hostIP }),
  }));
}

function publishedPorts(container: Container): readonly ContainerPort[] {
  if (networkMode(container) !== 'cni') return [];
  return (container.spec.ports ?? []).filter(({ hostPort }) => hostPort !== undefined);
}

/** As status tells them: those that lead to it. */
export function portsStatus(container: Container, answers: readonly PortAnswer[]): readonly ContainerStatusPort[] {
  const ports = publishedPorts(container);
  return answers.flatMap((answer, index) => {
    const { name, endPort } = ports[index] ?? {};
    if (answer.problem !== undefined) return [];
    return [
      {
        ...(name === undefined ? {} : { name }),
        ...(answer.hostIP === undefined ? {} : { hostIP: answer.hostIP }),
        hostPort: answer.hostPort,
        containerPort: answer.containerPort,
        ...(endPort === undefined ? {} : { endPort }),
        protocol: answer.protocol,
      },
    ];
  });
}
