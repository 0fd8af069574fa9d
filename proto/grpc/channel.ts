import { Client, credentials, Metadata, type ClientOptions } from '@grpc/grpc-js';

/** Headers of every call, or the function that makes them for each call. Names in lower case. */
export type Headers = Readonly<Record<string, string>>;

export interface ChannelOptions {
  /** Sent with every call on this channel, e.g. `containerd-namespace`. */
  readonly headers?: Headers;
  /** Bytes; default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** Milliseconds until a unary call is given up; default 10,000. A call's own deadline wins. */
  readonly deadline?: number;
}

/** An open channel: calls on it share one HTTP/2 connection. Closing it ends the calls that are under way. */
export interface Channel extends Disposable {
  readonly client: Client;
  readonly headers: Headers;
  readonly deadline: number;
  /** The same connection with further headers, e.g. `containerd-lease`. Needs no closing of its own. */
  withHeaders(headers: Headers): Channel;
  close(): void;
}

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** 1 MiB chunks of content in flight; HTTP/2's default window of 64 KiB would stop after each. */
const FLOW_CONTROL_WINDOW = 4 * 1024 * 1024;
const DEADLINE = 10_000;

/**
 * Opens a channel to `unix:///path` or `host:port` in clear text. Connects with the first call. After a refused connection the next
 * attempt waits 50 ms, later ones up to 1 s: calls in between fail at once with UNAVAILABLE, so whoever waits for a
 * server should look with `probe` first.
 */
export function openChannel(target: string, options: ChannelOptions = {}): Channel {
  const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  const settings: ClientOptions = {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
    // The shared pool is cleaned by a timer that outlives the channel.
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW,
  };
  const client = new Client(target, credentials.createInsecure(), settings);
  return channelOf(client, options.headers ?? {}, options.deadline ?? DEADLINE);
}

function channelOf(client: Client, headers: Headers, deadline: number): Channel {
  return {
    client,
    headers,
    deadline,
    withHeaders: (more) => channelOf(client, { ...headers, ...more }, deadline),
    close: () => client.close(),
    [Symbol.dispose]: () => client.close(),
  };
}

/** Headers of the channel and of one call as grpc-js wants them. */
export function metadataOf(channel: Channel, headers: Headers | undefined): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(channel.headers)) metadata.set(name, value);
  if (headers !== undefined) for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}
