import type { Container, ContainerStatusPort } from '../../../schemas/gen/types.ts';
import { wantedNetworks } from '../../../schemas/values/container-networks.ts';
import type { SheetRow } from '../../output/sheet.ts';

/** How it is reached: whose network it has, its addresses, and the ports of this machine that lead to it. */
export function reachRows({ spec, status = {} }: Container): readonly SheetRow[] {
  return [...networkRows({ spec, status }), ...portRows({ spec, status })];
}

type Known = Pick<Container, 'spec'> & { readonly status: NonNullable<Container['status']> };

function networkRows({ spec, status }: Known): readonly SheetRow[] {
  if (spec.hostNetwork === true) return [['Network', 'of the host']];
  if (spec.networkMode !== undefined) {
    return [['Network', spec.networkMode === 'none' ? 'none' : `that of ${spec.networkMode}`]];
  }
  const wanted = wantedNetworks(spec);
  const rows = wanted.map((name): SheetRow => {
    const attached = status.networks?.find((each) => each.name === name);
    if (attached === undefined) return [name, 'not attached'];
    const { ips = [], interface: device, mac } = attached;
    return [name, [ips.join(', '), device, mac].filter(Boolean).join('  ')];
  });
  return [['Networks', { rows }]];
}

function portRows({ spec, status }: Known): readonly SheetRow[] {
  const told = status.ports ?? [];
  const rows = [
    ...told.map((port): SheetRow => [portText(port), leadText(port)]),
    ...(spec.ports ?? [])
      .filter(
        ({ hostPort, containerPort }) =>
          hostPort === undefined || !told.some((one) => one.containerPort === containerPort),
      )
      .map((port): SheetRow => [portText(port), port.hostPort === undefined ? 'inside its networks' : 'not published']),
  ];
  return rows.length === 0 ? [] : [['Ports', { rows }]];
}

const portText = ({
  name,
  containerPort = 0,
  endPort,
  protocol = 'TCP',
}: Omit<ContainerStatusPort, 'hostPort' | 'hostIP'>): string =>
  `${containerPort}${endPort === undefined ? '' : `-${endPort}`}/${protocol}${name === undefined ? '' : ` ${name}`}`;

function leadText({ hostIP = '*', hostPort = 0, containerPort = 0, endPort }: ContainerStatusPort): string {
  const last = endPort === undefined ? '' : `-${hostPort + endPort - containerPort}`;
  return `from ${hostIP.includes(':') ? `[${hostIP}]` : hostIP}:${hostPort}${last}`;
}
