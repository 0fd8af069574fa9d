/** What CNI plugins answer to ADD: https://www.cni.dev/docs/spec/, section 5. */
export type CniResult = Readonly<Record<string, unknown>>;

interface Interface {
  readonly name?: string;
  readonly mac?: string;
  readonly sandbox?: string;
}

function interfacesOf(result: CniResult): readonly Interface[] {
  return Array.isArray(result['interfaces']) ? (result['interfaces'] as Interface[]) : [];
}

/** Addresses of the interface without their prefix, IPv4 first. Versions before 0.3.0 had one of each family. */
export function resultAddresses(result: CniResult, name: string): readonly string[] {
  const interfaces = interfacesOf(result);
  const ips = Array.isArray(result['ips']) ? (result['ips'] as { address?: unknown; interface?: number }[]) : [];
  const own = ips.filter(({ interface: index }) => index === undefined || interfaces[index]?.name === name);
  const old = ['ip4', 'ip6'].map((key) => (result[key] as { ip?: unknown } | undefined)?.ip);
  return [...own.map(({ address }) => address), ...old]
    .filter((address) => typeof address === 'string')
    .map((address) => address.split('/')[0] ?? address)
    .sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
}

export function resultMac(result: CniResult, name: string): string | undefined {
  return interfacesOf(result)
    .find((one) => one.name === name && (one.sandbox ?? '') !== '')
    ?.mac?.toLowerCase();
}

/** Interfaces that were made on the machine's side: without them the one in the sandbox leads nowhere. */
export function resultHostInterfaces(result: CniResult): readonly string[] {
  return interfacesOf(result).flatMap(({ name, sandbox = '' }) => (name === undefined || sandbox !== '' ? [] : [name]));
}
