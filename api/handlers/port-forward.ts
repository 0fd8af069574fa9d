import type { ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { valuesOf } from '../pipeline/request.ts';
import { channelsOf, PORT_PROTOCOLS, SPDY_PORTS, type PortProtocol } from '../pipeline/upgrade.ts';
import { badRequest, methodNotAllowed } from '../status-error.ts';
import { authorizeTalk } from './authorize-talk.ts';
import type { ResourceCall } from './call.ts';

/** Connections to ports of an object; its query is core/v1 PodPortForwardOptions. */
export async function handlePortForward(resourceCall: ResourceCall): Promise<ApiResponse> {
  const { capabilities, call, attributes, request } = resourceCall;
  if (capabilities.openPorts === undefined) throw methodNotAllowed();
  await authorizeTalk(resourceCall);
  const protocol = negotiatePorts(request);
  const ports = protocol === SPDY_PORTS ? [] : portsOf(request, Math.floor(channelsOf(protocol) / 2));
  return { type: 'ports', protocol, ports, dialer: await capabilities.openPorts(call, attributes.name) };
}

/** Refuses whoever cannot talk in any way that is known here, before anything is opened. */
function negotiatePorts({ upgrade }: ApiRequest): PortProtocol {
  if (upgrade?.to.startsWith('spdy/')) {
    throw badRequest('this server speaks SPDY inside of a WebSocket only: kubectl 1.31 or newer does, too');
  }
  if (upgrade?.to !== 'websocket') throw badRequest('Upgrade request required');
  const protocol = PORT_PROTOCOLS.find((name) => upgrade.subprotocols.includes(name));
  if (protocol === undefined) throw badRequest(`offer one of these subprotocols: ${PORT_PROTOCOLS.join(', ')}`);
  return protocol;
}

/** As `ports=80&ports=443`, or with commas between them; each takes two channels. */
function portsOf(request: ApiRequest, most: number): readonly number[] {
  const texts = valuesOf(request, 'ports').flatMap((value) => value.split(','));
  if (texts.length === 0) throw badRequest('query parameter "ports" is required');
  if (texts.length > most) {
    throw badRequest(
      `query parameter "ports": one connection has room for ${most} ports here, not for ${texts.length}`,
    );
  }
  return texts.map((text) => {
    const port = Number(text);
    if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
      throw badRequest(`query parameter "ports": ${JSON.stringify(text.slice(0, 20))} is no port from 1 to 65535`);
    }
    return port;
  });
}
