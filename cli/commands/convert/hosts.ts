/** `extra_hosts` of services and of builds: further lines of a hosts file. */
import { isIP } from 'node:net';
import type { ContainerHostAliase } from '../../../schemas/gen/types.ts';
import type { Field } from './book/field.ts';

/** docker's word for the address at which the machine answers a container. */
export const HOST_GATEWAY = 'host-gateway';

export interface ExtraHosts {
  /** One of each address, in their order. */
  readonly aliases: readonly ContainerHostAliase[];
  /** What has no address. */
  readonly lost: readonly string[];
}

/** `[name:ip, name=ip, "name=[ip]"]`, `{name: ip}` or `{name: [ip, ip]}`. `taken`: whether a text is as good as an address. */
export function extraHosts(field: Field, taken: (address: string) => boolean = () => false): ExtraHosts {
  const byAddress = new Map<string, string[]>();
  const lost: string[] = [];
  for (const [name, address] of pairsOf(field)) {
    const bare = address.replace(/^\[(.*)\]$/, '$1');
    if (name === '' || (isIP(bare) === 0 && !taken(bare))) lost.push(`${name}:${address}`);
    else byAddress.set(bare, [...(byAddress.get(bare) ?? []), name]);
  }
  return {
    aliases: [...byAddress].map(([ip, hostnames]) => ({ ip, hostnames: [...new Set(hostnames)] })),
    lost,
  };
}

function pairsOf(field: Field): readonly (readonly [name: string, address: string])[] {
  if (field.node.type === 'map')
    return field.entries().flatMap(([name, value]) => value.texts().map((address) => [name, address] as const));
  return field.texts().map((text) => {
    const [, name = '', address = text] = /^([^:=]+)[:=](.+)$/.exec(text) ?? [];
    return [name, address] as const;
  });
}
