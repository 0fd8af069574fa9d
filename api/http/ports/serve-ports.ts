import type { WebSocket } from 'ws';
import type { ApiResponse } from '../../pipeline/response.ts';
import { SPDY_PORTS } from '../../pipeline/upgrade.ts';
import { framesOf } from '../websocket/frames.ts';
import type { Surroundings } from '../websocket/serve-process.ts';
import { serveChannelPorts } from './serve-channel-ports.ts';
import { serveSpdyPorts } from './serve-spdy-ports.ts';

/** Lets a client talk to ports over a WebSocket until one of both has gone; the dialer is closed then. */
export async function servePorts(
  socket: WebSocket,
  { dialer, protocol, ports }: Extract<ApiResponse, { readonly type: 'ports' }>,
  surroundings: Surroundings,
): Promise<void> {
  await using _dialer = dialer;
  if (protocol === SPDY_PORTS) {
    const { createWebSocketStream } = await import('ws');
    await serveSpdyPorts(createWebSocketStream(socket), dialer, surroundings);
  } else {
    await serveChannelPorts(socket, { dialer, ports, frames: framesOf(protocol) });
  }
}
