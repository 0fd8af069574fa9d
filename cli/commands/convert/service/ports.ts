/** Ports of a service: `ports` and `expose`. */
import type { ContainerPort } from '../../../../schemas/gen/types.ts';
import type { Field, Handlers } from '../book/field.ts';
import { dropped } from '../book/dropped.ts';
import type { PortWish, ServiceDraft } from './draft.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

const LOOPBACK6 = '::1';

interface Range {
  readonly first: number;
  readonly last: number;
}

export const portKeys: Handlers<ServiceDraft> = {
  ports(field, draft) {
    for (const item of field.items()) {
      if (item.node.type === 'map') longPort(item, draft);
      else shortPort(item, draft);
    }
    const mode = draft.plan.field.get('network_mode');
    const published = draft.ports.filter(({ port }) => port.hostPort !== undefined);
    if (published.some(({ port }) => port.hostIP === LOOPBACK6))
      field.about(draft.at('spec.ports'), 'published at 127.0.0.1: the kernel leads nothing from ::1 to a container');
    else if (published.length > 0 && mode !== undefined && mode.text() !== 'bridge')
      field.about(draft.at('spec.ports'), `nothing is published with network_mode ${mode.text()}`);
    else if (draft.plan.names.length > 1 && draft.ports.some(({ port }) => (port.hostPort ?? 0) > 0))
      field.about(
        draft.at('spec.ports'),
        'a host port belongs to one container: the first has it, ranges are dealt out',
      );
    else if (draft.ports.some(({ choice }) => choice !== undefined))
      field.about(draft.at('spec.ports'), 'of a range of host ports for one port, the first is taken');
    else field.to(draft.at('spec.ports'));
  },
  expose(field, draft) {
    for (const item of field.items()) {
      const [, text = '', protocol] = /^([\d-]+)(?:\/(\w+))?$/.exec(item.text()) ?? [];
      if (text === '') item.fail(`write a port, and not ${JSON.stringify(item.text())}`);
      const range = rangeOf(item, text);
      draft.ports.push({ field: item, port: portOf(item, range, protocol) });
    }
    field.to(draft.at('spec.ports'));
  },
};

const SHORT = /^(?:(\[[^\]]+\]|[^:[\]]*):)??(?:([\d-]*):)?([\d-]+)(?:\/(\w+))?$/;

/** `[HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL]`. */
function shortPort(item: Field, draft: ServiceDraft): void {
  const text = item.text();
  const [, ip, published, target = '', protocol] = SHORT.exec(text) ?? [];
  if (target === '') item.fail(`write [IP:][PUBLISHED:]PORT[/PROTOCOL], and not ${JSON.stringify(text)}`);
  publish(item, draft, {
    target: rangeOf(item, target),
    published: published === undefined || published === '' ? undefined : rangeOf(item, published),
    ip: ip?.replace(/^\[|\]$/g, ''),
    protocol,
  });
}

function longPort(item: Field, draft: ServiceDraft): void {
  const target = item.get('target');
  if (target === undefined) return item.fail('the target is missing: the port in the container');
  const published = item.get('published');
  publish(item, draft, {
    target: rangeOf(target, target.text()),
    published: published === undefined || published.text() === '' ? undefined : rangeOf(published, published.text()),
    ip: item.get('host_ip')?.text(),
    protocol: item.get('protocol')?.text(),
    name: item.get('name')?.text(),
  });
  dropped(item, ['target', 'published', 'host_ip', 'protocol', 'name'], {
    mode: (field) =>
      field.text() === 'host' || field.text() === 'ingress'
        ? field.ignored('there is one machine, and so one way to publish')
        : field.fail('there are host and ingress'),
    app_protocol: (field) => field.ignored('nothing looks at it'),
  });
  return undefined;
}

interface Wish {
  readonly target: Range;
  readonly published: Range | undefined;
  readonly ip: string | undefined;
  readonly protocol: string | undefined;
  readonly name?: string | undefined;
}

function publish(item: Field, draft: ServiceDraft, { target, published, ip, protocol, name }: Wish): void {
  const port = portOf(item, target, protocol);
  const named = name !== undefined && /^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(name) ? { name } : {};
  if (name !== undefined && Object.keys(named).length === 0)
    item.get('name')?.unsupported('names of ports have 15 lower-case letters, digits and dashes at most');
  const at = ip === undefined || ip === '' || ip === '0.0.0.0' || ip === '::' ? {} : { hostIP: ip };
  const size = target.last - target.first;
  if (published === undefined && size > 0) {
    // a free host port for each
    for (let number = target.first; number <= target.last; number += 1)
      draft.ports.push({
        field: item,
        port: { ...portOf(item, { first: number, last: number }, protocol), hostPort: 0, ...at },
      });
    return;
  }
  if (published === undefined) draft.ports.push({ field: item, port: { ...named, ...port, hostPort: 0, ...at } });
  else if (published.last - published.first === size)
    draft.ports.push({ field: item, port: { ...named, ...port, hostPort: published.first, ...at } });
  else if (size === 0) {
    const choice = Array.from({ length: published.last - published.first + 1 }, (_, index) => published.first + index);
    draft.ports.push({ field: item, port: { ...named, ...port, hostPort: published.first, ...at }, choice });
  } else item.fail('the two ranges of ports are not equally long');
}

function portOf(item: Field, { first, last }: Range, protocol: string | undefined): ContainerPort {
  const known = PROTOCOLS.find((one) => one === (protocol ?? 'tcp').toUpperCase());
  if (known === undefined) return item.fail(`there are tcp, udp and sctp, and not ${JSON.stringify(protocol)}`);
  return {
    containerPort: first,
    ...(last > first ? { endPort: last } : {}),
    ...(known === 'TCP' ? {} : { protocol: known }),
  };
}

function rangeOf(field: Field, text: string): Range {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (first === '' || range.first < 1 || range.last > 65_535 || range.last < range.first)
    field.fail(`write a port from 1 to 65535, or a range like 8000-8010, and not ${JSON.stringify(text)}`);
  return range;
}

/** The ports of one of the containers. */
export function portsOf(
  wishes: readonly PortWish[],
  replica: number,
  isHostNetwork: boolean,
): readonly ContainerPort[] {
  const all = new Map<string, ContainerPort>();
  for (const { port, choice } of wishes) {
    const wanted = port.hostIP === LOOPBACK6 ? { ...port, hostIP: '127.0.0.1' } : port;
    const mine = ofReplica(wanted, choice, replica);
    const shown = isHostNetwork ? withoutHost(mine) : mine;
    const published = `${shown.hostIP ?? ''} ${String(shown.hostPort ?? '')}`;
    const key = `${published} ${String(shown.containerPort)} ${shown.protocol ?? 'TCP'}`;
    if (!all.has(key)) all.set(key, shown);
  }
  const list = [...all.values()];
  // what is published needs no second entry that only says that it is there
  return list.filter(
    (port) =>
      port.hostPort !== undefined ||
      !list.some((other) => other !== port && other.hostPort !== undefined && isWithin(port, other)),
  );
}

const isWithin = (port: ContainerPort, other: ContainerPort): boolean =>
  (port.protocol ?? 'TCP') === (other.protocol ?? 'TCP') &&
  other.containerPort <= port.containerPort &&
  (other.endPort ?? other.containerPort) >= (port.endPort ?? port.containerPort);

function ofReplica(port: ContainerPort, choice: readonly number[] | undefined, replica: number): ContainerPort {
  if (port.hostPort === undefined || port.hostPort === 0 || replica === 0) return port;
  const next = choice?.[replica];
  return next === undefined ? withoutHost(port) : { ...port, hostPort: next };
}

function withoutHost(port: ContainerPort): ContainerPort {
  const { hostPort: _hostPort, hostIP: _hostIP, ...rest } = port;
  return rest;
}
