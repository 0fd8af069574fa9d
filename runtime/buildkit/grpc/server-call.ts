import type { ServerHttp2Stream } from 'node:http2';
import { RuntimeError } from '../../errors.ts';
import { messagesOf } from './frames.ts';
import { senderOn } from './sender.ts';
import { encodeMessage, STATUS, StatusError } from './status.ts';

/** One call that a builder makes of us. */
export interface ServerCall {
  /** `/moby.filesync.v1.FileSync/DiffCopy` */
  readonly path: string;
  /** All values of a header, in order, never joined. Lower-case name. */
  header(name: string): readonly string[];
  /** Message bodies with back-pressure, until the peer's half-close. To be read once; throws when the call is gone. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Resolves when more may be sent; rejects when the call is gone. `sent`: it is out, and its memory free for other use. */
  send(message: Uint8Array, sent?: () => void): Promise<void>;
  /** Sends several messages with one write. */
  sendAll(messages: readonly Uint8Array[]): Promise<void>;
  /** The call or the session is gone. */
  readonly signal: AbortSignal;
}

/** Resolves: status 0. Throws StatusError for another one; anything else is status 2 (UNKNOWN). The call ends at once either way. */
export type ServerMethod = (call: ServerCall) => Promise<void>;

const HEADERS = { ':status': 200, 'content-type': 'application/grpc' } as const;
const MAX_MESSAGE_LENGTH = 2_000;

/** Runs the method that the headers name, and ends the stream with its status. Never rejects. */
export async function serveCall(
  stream: ServerHttp2Stream,
  rawHeaders: readonly string[],
  methods: ReadonlyMap<string, ServerMethod>,
): Promise<void> {
  const gone = new AbortController();
  stream.on('error', () => undefined);
  stream.once('close', () => gone.abort(new Error('the call is gone')));
  const [path = ''] = valuesOf(rawHeaders, ':path');
  let status: Status = { code: STATUS.ok, message: '' };
  stream.on('wantTrailers', () => stream.sendTrailers(trailersOf(status)));
  try {
    const method = methods.get(path);
    if (method === undefined) throw new StatusError(STATUS.unimplemented, `no such method: ${path}`);
    await method(callOn(stream, path, rawHeaders, gone.signal));
  } catch (error) {
    status = statusOf(error);
  }
  finish(stream, status);
}

function callOn(
  stream: ServerHttp2Stream,
  path: string,
  rawHeaders: readonly string[],
  signal: AbortSignal,
): ServerCall {
  const sender = senderOn(stream, () => new StatusError(STATUS.cancelled, 'the call is gone'));
  const sendAll = (messages: readonly Uint8Array[], sent?: () => void): Promise<void> => {
    if (!stream.headersSent && !stream.destroyed && !stream.closed) stream.respond(HEADERS, { waitForTrailers: true });
    return sender.send(messages, sent);
  };
  return {
    path,
    header: (name) => valuesOf(rawHeaders, name),
    messages: messagesOf(stream),
    send: (message, sent) => sendAll([message], sent),
    sendAll: (messages) => sendAll(messages),
    signal,
  };
}

/** The peer half-closes only after it saw the trailers; so what it may still send is thrown away, not waited for. */
function finish(stream: ServerHttp2Stream, status: Status): void {
  if (stream.destroyed || stream.closed) return;
  if (stream.headersSent) stream.end();
  else stream.respond({ ...HEADERS, ...trailersOf(status) }, { endStream: true });
  stream.resume();
}

interface Status {
  readonly code: number;
  readonly message: string;
}

function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return { code: error.code, message: error.message };
  const text = error instanceof RuntimeError || error instanceof Error ? error.message : String(error);
  return { code: STATUS.unknown, message: scrubbed(text) };
}

/** One line, without what may be a password in an address. */
function scrubbed(text: string): string {
  return text
    .replaceAll(/\/\/[^/\s@]*@/g, '//***@')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function trailersOf({ code, message }: Status): Record<string, string> {
  const text = message.slice(0, MAX_MESSAGE_LENGTH);
  return { 'grpc-status': String(code), ...(text === '' ? {} : { 'grpc-message': encodeMessage(text) }) };
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1];
    if (rawHeaders[at]?.toLowerCase() === name && value !== undefined) values.push(value);
  }
  return values;
}
