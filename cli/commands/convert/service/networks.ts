/** How a service is reached: `networks`, `network_mode`, `links`. */
import type { ContainerNetwork } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import type { Field, Handlers } from '../book/field.ts';
import type { Conversion, ServicePlan } from '../conversion.ts';
import type { Resource } from '../project/resources.ts';
import type { ServiceDraft } from './draft.ts';

/** What the schema takes for a name; docker takes more. */
const NAME = /^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$/;

export const networkKeys: Handlers<ServiceDraft> = {
  networks(field, draft) {
    for (const [key, options] of field.named()) join(draft, key, options);
    field.to(draft.at('spec.networks'));
  },
  network_mode(field, draft) {
    draft.networkMode = field;
    const mode = field.text();
    const { spec } = draft;
    const [, sort, other = ''] = /^(service|container):(.+)$/.exec(mode) ?? [];
    if (mode === 'none') spec.networkMode = 'none';
    else if (mode === 'host') spec.hostNetwork = true;
    else if (sort === 'service') spec.networkMode = `container:${firstOf(draft, other, field)}`;
    else if (sort === 'container') spec.networkMode = `container:${containerCalled(draft.c, other)}`;
    else if (mode !== 'bridge' && mode !== 'default')
      field.fail(`there are none, host, bridge, service:NAME and container:NAME, and not ${JSON.stringify(mode)}`);
    if (mode === 'host') field.to(draft.at('spec.hostNetwork'));
    else if (mode === 'none' || sort === 'service') field.to(draft.at('spec.networkMode'));
    else if (sort === 'container')
      field.about(
        draft.at('spec.networkMode'),
        `a Container "${containerCalled(draft.c, other)}" of the namespace has to be there`,
      );
    else field.about(draft.at('spec.networks, which are none'), 'the network "default" of the namespace');
  },
  links(field, draft) {
    for (const item of field.items()) {
      const [service = ''] = item.text().split(':');
      if (!draft.c.services.has(service)) missing(draft.c, service, item);
    }
    field.about(
      'spec.networks[].aliases of the others, and spec.dependsOn',
      'the names are known to all in these networks',
    );
  },
};

function join(draft: ServiceDraft, key: string, options: Field): void {
  const resource = draft.c.resources.use('networks', key, options);
  const number = (name: string): number => options.get(name)?.integer() ?? 0;
  const ip = options.get('ipv4_address')?.text();
  const ip6 = options.get('ipv6_address')?.text();
  const aliases = aliasesOf(options.get('aliases'));
  const one = draft.plan.names.length <= 1;
  dropped(options, ['aliases', 'priority', 'gw_priority', ...(one ? ['ipv4_address', 'ipv6_address'] : [])], {
    ipv4_address: (field) => field.unsupported('several containers cannot have one address: each gets its own'),
    ipv6_address: (field) => field.unsupported('several containers cannot have one address: each gets its own'),
    link_local_ips: (field) => field.unsupported('leave them out: link-local addresses are the kernel’s'),
    mac_address: (field) => field.unsupported('leave it out: every container keeps the hardware address that it got'),
    interface_name: (field) =>
      field.unsupported('leave it out: interfaces are called eth0, eth1, … in the order of spec.networks'),
    driver_opts: (field) => field.unsupported('leave them out: options belong to the Network'),
  });
  draft.networks.set(key, {
    name: resource.name,
    aliases,
    ...(one && ip !== undefined ? { ip } : {}),
    ...(one && ip6 !== undefined ? { ip6 } : {}),
    internal: isInternal(resource),
    order: [number('gw_priority'), number('priority')],
  });
}

function aliasesOf(field: Field | undefined): readonly string[] {
  return (field?.items() ?? []).flatMap((item) => {
    const alias = item.text();
    if (NAME.test(alias.toLowerCase())) return [alias.toLowerCase()];
    item.unsupported(`"${alias}" is no name that DNS knows`);
    return [];
  });
}

const isInternal = ({ field }: Resource): boolean => field?.get('internal')?.boolean() ?? false;

/** Names under which a service is known besides those of its Containers. */
function namesOf(draft: ServiceDraft, links: ReadonlySet<string>): readonly string[] {
  const { plan, aliases } = draft;
  const wanted = [plan.key, ...aliases, ...links].map((name) => name.toLowerCase());
  return [...new Set(wanted)].filter((name) => NAME.test(name));
}

/** Puts the networks into the spec, the one that gives the way out first. `links`: what other services call this one. */
export function putNetworks(draft: ServiceDraft, links: ReadonlySet<string>): void {
  if (draft.networkMode !== undefined) {
    if (draft.networks.size > 0)
      draft.plan.field.get('networks')?.fail('network_mode and networks exclude each other: give one of them');
    return;
  }
  if (draft.networks.size === 0) {
    const resource = draft.c.resources.use('networks', 'default', draft.plan.field);
    draft.networks.set('default', { name: resource.name, internal: isInternal(resource), order: [] });
  }
  const further = namesOf(draft, links);
  draft.spec.networks = [...draft.networks.values()]
    .toSorted(inOrder)
    .map(({ internal: _internal, order: _order, ...network }) => {
      const aliases = [...new Set([...further, ...(network.aliases ?? [])])];
      return { ...network, aliases } satisfies ContainerNetwork;
    });
}

interface Ordered {
  readonly name: string;
  readonly internal: boolean;
  readonly order: readonly number[];
}

/** By priority; of equal ones those with a way out come first, then by name, as docker has it. */
function inOrder(a: Ordered, b: Ordered): number {
  const [gateway = 0, priority = 0] = a.order;
  const [otherGateway = 0, otherPriority = 0] = b.order;
  return (
    otherGateway - gateway ||
    Number(a.internal) - Number(b.internal) ||
    otherPriority - priority ||
    (a.name < b.name ? -1 : 1)
  );
}

/** The service, which must be one that is converted. Throws ComposeError. */
export function serviceNamed(c: Conversion, key: string, by: Field): ServicePlan {
  return c.services.get(key) ?? missing(c, key, by);
}

function missing(c: Conversion, key: string, by: Field): never {
  const profiles = c.disabled.get(key);
  if (profiles !== undefined)
    return by.fail(`service "${key}" is disabled: enable it with --profile ${profiles[0] ?? ''}`);
  return by.fail(`there is no service "${key}"; there are ${[...c.services.keys()].join(', ')}`);
}

function firstOf(draft: ServiceDraft, key: string, by: Field): string {
  const [first] = serviceNamed(draft.c, key, by).names;
  return first ?? by.fail(`service "${key}" has no containers: its scale is 0`);
}

/** The Container of the service whose `container_name` that is. */
function containerCalled({ services }: Conversion, name: string): string {
  for (const { field, names } of services.values())
    if (field.get('container_name')?.text() === name) return names[0] ?? name;
  return name;
}

/** What services call each other by `links`: alias by service. */
export function linksOf(services: Iterable<ServicePlan>): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const { field } of services)
    for (const item of field.get('links')?.items() ?? []) {
      const [service = '', alias = service] = item.node.type === 'scalar' ? item.text().split(':') : [];
      all.set(service, (all.get(service) ?? new Set()).add(alias));
    }
  return all;
}
