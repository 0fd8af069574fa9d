import { isBase64, type ChannelProtocol } from '../../pipeline/upgrade.ts';

/** Channels, by the first byte of a message: `channelsOf` says how many there can be. */
export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;
export const STATUS = 3;
export const RESIZE = 4;
/** In v5, from the client: the channel that the second byte names has ended. */
export const CLOSE = 255;

export interface Frames {
  readonly encode: (channel: number, bytes: Uint8Array) => Uint8Array | string;
  /** undefined for a message that is none. */
  readonly decode: (message: Buffer) => { readonly channel: number; readonly bytes: Buffer } | undefined;
  /** Whether the last word is a Status; before v4 it was a plain text, and nothing at all when all was well. */
  readonly hasStatus: boolean;
}

const ZERO = 0x30;

/** The messages of a subprotocol. */
export function framesOf(protocol: ChannelProtocol): Frames {
  const hasStatus = /^v\d+\./.test(protocol);
  if (isBase64(protocol)) {
    return {
      hasStatus,
      encode: (channel, bytes) => `${String.fromCharCode(ZERO + channel)}${Buffer.from(bytes).toString('base64')}`,
      decode: (message) =>
        message[0] === undefined
          ? undefined
          : { channel: message[0] - ZERO, bytes: Buffer.from(message.toString('latin1', 1), 'base64') },
    };
  }
  const canClose = protocol === 'v5.channel.k8s.io';
  return {
    hasStatus,
    encode: (channel, bytes) => Buffer.concat([Uint8Array.of(channel), bytes]),
    decode: (message) =>
      message[0] === undefined || (message[0] === CLOSE && !canClose)
        ? undefined
        : { channel: message[0], bytes: message.subarray(1) },
  };
}
