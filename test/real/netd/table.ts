/** Networks and hosts for tests, in 127.0.0.0/8: `.1` of each network is its gateway. */
import type { NamedHost, NameTable } from '../../../runtime/ports/netd.ts';

export const network = (uid: string, octet: number): NameTable['networks'][number] => ({
  uid,
  namespace: 'default',
  gateways: [`127.77.${octet}.1`],
  subnets: [`127.77.${octet}.0/24`],
  internal: false,
});

export const host = (
  name: string,
  addresses: Record<string, readonly string[]>,
  more: Partial<NamedHost> = {},
): NamedHost => ({
  namespace: 'default',
  name,
  ready: true,
  places: Object.entries(addresses).map(([uid, list]) => ({ network: uid, addresses: list, names: [] })),
  ...more,
});
