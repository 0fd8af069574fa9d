/** What CNI's plugins are told to make an interface of a network of ours. */
import type { NetworkSpec, Subnet } from '../../ports/networks.ts';
import { containsAddress, parseAddress, parseCidr, type Family } from '../../../schemas/values/addresses.ts';

/** A CNI configuration list. */
export interface CniList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly Readonly<Record<string, unknown>>[];
}

const VERSION = '1.0.0';

/** The list for one interface. `device`: the bridge or the parent; of `cni` the list as it was given. */
export function configurationOf(
  spec: NetworkSpec,
  device: string,
  { addresses, defaultRoutes }: { readonly addresses: readonly string[]; readonly defaultRoutes: readonly Family[] },
): CniList {
  const name = `tsmoby-${spec.uid}`;
  if (spec.driver === 'cni') return { cniVersion: VERSION, name, ...spec.config } as unknown as CniList;
  const more = {
    ...(spec.mtu === undefined ? {} : { mtu: spec.mtu }),
    ipam: {
      type: 'static',
      addresses: addresses.map((address) => withPrefix(spec.subnets, address)),
      routes: defaultRoutes.map((family) => ({ dst: family === 4 ? '0.0.0.0/0' : '::/0' })),
    },
  };
  return { cniVersion: VERSION, name, plugins: [{ ...driverPlugin(spec, device), ...more }] };
}

function driverPlugin({ driver, mode }: NetworkSpec, device: string): Readonly<Record<string, unknown>> {
  switch (driver) {
    case 'macvlan':
      return { type: 'macvlan', master: device, mode: mode ?? 'bridge', capabilities: { mac: true } };
    case 'ipvlan':
      return { type: 'ipvlan', master: device, mode: mode ?? 'l2' };
    case 'bridge':
    case 'cni':
      return {
        type: 'bridge',
        bridge: device,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        capabilities: { mac: true },
      };
  }
}

function withPrefix(subnets: readonly Subnet[], text: string): { address: string; gateway?: string } {
  const address = parseAddress(text);
  for (const { subnet, gateway } of subnets) {
    const range = parseCidr(subnet);
    if (range === undefined || address === undefined || !containsAddress(range, address)) continue;
    return { address: `${text}/${range.length}`, gateway };
  }
  return { address: text };
}

/** Types of all plugins of a list, those that give addresses included. */
export function pluginTypes({ plugins }: CniList): readonly string[] {
  return plugins.flatMap(({ type, ipam }) => {
    const own = typeof type === 'string' ? [type] : [];
    const inner = (ipam as { type?: unknown } | undefined)?.type;
    return typeof inner === 'string' && inner !== '' ? [...own, inner] : own;
  });
}

/** Why a list cannot be used, or undefined. */
export function configurationProblem(config: unknown): string | undefined {
  if (typeof config !== 'object' || config === null) return 'it has no configuration list';
  const { cniVersion = VERSION, plugins } = config as { cniVersion?: unknown; plugins?: unknown };
  if (typeof cniVersion !== 'string' || !/^[01]\.\d+\.\d+$/.test(cniVersion)) return 'cniVersion is none, as 1.0.0';
  if (!Array.isArray(plugins) || plugins.length === 0) return 'its configuration list has no plugins';
  for (const [index, plugin] of plugins.entries()) {
    const { type, ipam } = (plugin ?? {}) as { type?: unknown; ipam?: unknown };
    if (!isType(type)) return `plugins[${index}].type is no name of a plugin`;
    const inner = ((ipam ?? {}) as { type?: unknown }).type;
    if (inner !== undefined && inner !== '' && !isType(inner))
      return `plugins[${index}].ipam.type is no name of a plugin`;
  }
  return undefined;
}

const isType = (type: unknown): type is string => typeof type === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(type);
