/** A caller who wants more than an answer: both sides talk, for as long as they like. */
export interface Upgrade {
  /** What the connection shall become, in lower case: `websocket`, `spdy/3.1`. */
  readonly to: string;
  /** Subprotocols as they were offered; empty when none was. */
  readonly subprotocols: readonly string[];
}

/**
 * How the streams of a process share one WebSocket, the newest first. Each message begins with the number of its channel. `base64` ones
 * are text, for browsers; only since v4 is the end of the process a Status, and only v5 can end a channel. The empty name is what a
 * client gets that offers none.
 */
export const CHANNEL_PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
] as const;

export type ChannelProtocol = (typeof CHANNEL_PROTOCOLS)[number];

/** The newest of those that are offered; undefined when none of them is known here. */
export function chooseChannelProtocol(offered: readonly string[]): ChannelProtocol | undefined {
  const names = offered.length === 0 ? [''] : offered;
  return CHANNEL_PROTOCOLS.find((protocol) => names.includes(protocol));
}

/** Whether messages are text: one character for the channel, the rest in base64. */
export const isBase64 = (protocol: ChannelProtocol): boolean =>
  protocol === 'v4.base64.channel.k8s.io' || protocol === 'base64.channel.k8s.io';

/**
 * How many channels the messages of a protocol can name. As bytes all but 255, which has another meaning. As text the character is 48, a
 * "0", and the number, as in Kubernetes' `wsstream`, of whose characters only those of ASCII are one byte.
 */
export const channelsOf = (protocol: ChannelProtocol): number => (isBase64(protocol) ? 80 : 255);

/** SPDY/3.1 inside of a WebSocket, whose streams are opened as connections come: kubectl's way. */
export const SPDY_PORTS = 'SPDY/3.1+portforward.k8s.io';

/** How connections to ports share one WebSocket; in those with channels each port has one connection. */
export const PORT_PROTOCOLS = [
  SPDY_PORTS,
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
] as const;

export type PortProtocol = (typeof PORT_PROTOCOLS)[number];
