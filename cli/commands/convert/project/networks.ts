/** Networks of a Compose file. */
import type { NetworkSpec, NetworkSubnet } from '../../../../schemas/gen/types.ts';
import { convertKeys, type Field, type Handlers } from '../book/field.ts';
import { dropped } from '../book/dropped.ts';
import { PROJECT_LABEL, TSMOBY, type Conversion } from '../conversion.ts';
import { labelsOf, type Meta } from './labels.ts';
import { Resources, type Resource } from './resources.ts';

interface NetworkDraft {
  readonly at: (path: string) => string;
  readonly spec: { -readonly [K in keyof NetworkSpec]: NetworkSpec[K] };
  meta: Meta;
}

const MTU = 'com.docker.network.driver.mtu';

export const networkKeys: Handlers<NetworkDraft> = {
  name: (field, { at }) => field.to(at('metadata.name')),
  driver(field, draft) {
    const driver = field.text();
    if (driver === 'bridge' || driver === 'default') return field.to(draft.at('spec.driver'));
    if (driver === 'macvlan' || driver === 'ipvlan') {
      draft.spec.driver = driver;
      return field.to(draft.at('spec.driver'));
    }
    if (driver === 'overlay') return field.about(draft.at('spec.driver'), 'bridge: there is one machine');
    if (driver === 'host' || driver === 'none')
      return field.unsupported(`give the services network_mode: ${driver} instead`);
    return field.unsupported(`a bridge is made; for the plugin ${driver} write driver: cni and its config`);
  },
  internal(field, draft) {
    draft.spec.internal = field.boolean();
    field.to(draft.at('spec.internal'));
  },
  enable_ipv6(field, draft) {
    draft.spec.ipv6 = field.boolean();
    field.to(draft.at('spec.ipv6'));
  },
  enable_ipv4: (field) =>
    field.boolean() ? field.ignored('it is so anyway') : field.unsupported('every network has IPv4 addresses'),
  attachable: (field) => field.ignored('every Container of the namespace can be in it'),
  driver_opts(field, draft) {
    const lost: string[] = [];
    for (const [key, value] of field.entries()) {
      if (key === MTU) draft.spec.mtu = value.integer();
      else if (key === 'parent') draft.spec.parent = value.text();
      else if (key === 'macvlan_mode' || key === 'ipvlan_mode') draft.spec.mode = value.text();
      else lost.push(key);
    }
    if (lost.length === 0) field.to(draft.at('spec.mtu, parent and mode'));
    else field.unsupported(`${lost.join(', ')}: there are ${MTU}, parent, macvlan_mode and ipvlan_mode`);
  },
  ipam(field, draft) {
    const driver = field.get('driver')?.text() ?? 'default';
    if (driver !== 'default')
      return field.unsupported(`addresses come from tsmoby, not from ${driver}: give subnets alone`);
    dropped(field, ['driver', 'config'], { options: (one) => one.unsupported('leave them out') });
    const config = field.get('config');
    if (config !== undefined) ranges(config, draft);
    else field.ignored('nothing is asked for');
    return undefined;
  },
  labels(field, draft) {
    draft.meta = labelsOf(field, draft.at('').trim());
  },
};

function ranges(config: Field, draft: NetworkDraft): void {
  const subnets: NetworkSubnet[] = [];
  for (const item of config.items()) {
    const subnet = item.get('subnet')?.text();
    const gateway = item.get('gateway')?.text();
    dropped(item, ['subnet', 'gateway'], {
      ip_range: (one) => one.unsupported('addresses are picked from the whole subnet: give services an ipv4_address'),
      aux_addresses: (one) => one.unsupported('make the subnet smaller, or give services an ipv4_address'),
    });
    const isSecond = subnets.some((other) => other.subnet.includes(':') === subnet?.includes(':'));
    if (subnet === undefined) item.ignored('without a subnet nothing is asked for');
    else if (isSecond) item.unsupported('a network has one subnet of each family: make another network');
    else subnets.push({ subnet, ...(gateway === undefined ? {} : { gateway }) });
  }
  if (subnets.length > 0) draft.spec.subnets = subnets;
  config.to(draft.at('spec.subnets'));
}

/** Puts the Network among the manifests, and tells of its keys. */
export function convertNetwork(resource: Resource, c: Conversion): void {
  const { field, name } = resource;
  const at = (path: string): string => `Network/${name} ${path}`;
  if (resource.external) {
    field?.get('external')?.about(at('').trim(), 'not made here: it has to be there before you apply');
    field?.get('name')?.to(at('metadata.name'));
    return;
  }
  Resources.tell(resource, at('').trim());
  const draft: NetworkDraft = { at, spec: {}, meta: {} };
  if (field !== undefined)
    convertKeys(field, { ...networkKeys, external: (one) => one.ignored('it is made here') }, draft);
  c.manifests.push({
    apiVersion: TSMOBY,
    kind: 'Network',
    metadata: { name, ...draft.meta, labels: { [PROJECT_LABEL]: c.project, ...draft.meta.labels } },
    spec: draft.spec,
  });
}
