/** What the command of `tsmoby ci` finds in its environment. */
import type { Container, ContainerPort } from '../../schemas/gen/types.ts';
import { publishedPorts } from './ports.ts';

/** `shop-db` is `SHOP_DB`. */
export const variablePart = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '_');

/**
 * The variables of a Container: `TSMOBY_IP_WEB`, and for each published port `TSMOBY_PORT_WEB_HTTP` and `TSMOBY_ADDRESS_WEB_HTTP`
 * (`host:port`) by its name, `…_WEB_8080` by its number; of one that is the only one also `TSMOBY_PORT_WEB`.
 */
export function containerVariables(container: Container): Readonly<Record<string, string>> {
  const name = variablePart(container.metadata.name);
  const { ip } = container.status ?? {};
  const ports = publishedPorts(container);
  const variables: Record<string, string> = ip === undefined ? {} : { [`TSMOBY_IP_${name}`]: ip };
  for (const port of ports) {
    const address = `${port.host.includes(':') ? `[${port.host}]` : port.host}:${port.port}`;
    for (const end of endsOf(port, ports.length === 1)) {
      variables[`TSMOBY_PORT_${name}${end}`] = String(port.port);
      variables[`TSMOBY_ADDRESS_${name}${end}`] = address;
    }
  }
  return variables;
}

function endsOf(
  { name, containerPort }: Pick<ContainerPort, 'name' | 'containerPort'>,
  alone: boolean,
): readonly string[] {
  return [...(name === undefined ? [] : [`_${variablePart(name)}`]), `_${containerPort}`, ...(alone ? [''] : [])];
}

/** Two Containers that would have the same variables; undefined when all differ. */
export function variableClash(names: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    const earlier = seen.get(variablePart(name));
    if (earlier !== undefined) return [earlier, name];
    seen.set(variablePart(name), name);
  }
  return undefined;
}
