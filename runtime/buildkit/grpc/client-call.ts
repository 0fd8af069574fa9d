import { constants, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { messagesOf } from './frames.ts';
import { senderOn } from './sender.ts';
import { CallError, decodeMessage, STATUS, StatusError } from './status.ts';

/** How a call is made. */
export interface CallSettings {
  /** Several values become several fields. Lower-case names. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Aborting it cancels the call at the peer. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it is given up; absent: never. */
  readonly deadline?: number | undefined;
}

/** A call of ours that is under way. */
export interface ClientCall {
  /** The HTTP/2 stream itself, for bytes that pass through. */
  readonly stream: ClientHttp2Stream;
  /** Resolves when more may be sent. Rejects with CallError. */
  send(messages: readonly Uint8Array[]): Promise<void>;
  /** No more messages from us. */
  end(): void;
  /** The answers at the reader's pace; leaving the loop cancels the call. Throws CallError unless the status is 0. To be read once. */
  messages(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Resolves when the call has ended well, rejects with CallError when not. Needs somebody who reads the messages. */
  readonly ended: Promise<void>;
  cancel(): void;
}

/** Sends the headers. Throws CallError when there is nobody to send them to. */
export function openCall(session: ClientHttp2Session, path: string, settings: CallSettings): ClientCall {
  const { signal, deadline } = settings;
  if (signal?.aborted === true) throw cancelled(path, signal);
  if (session.destroyed || session.closed) throw lostOf(path, undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(settings.headers as Record<string, string | string[]> | undefined),
  });
  const ending = watchEnd(stream, path, signal);
  if (deadline !== undefined) ending.giveUpAfter(deadline);
  const sender = senderOn(stream, () => ending.failure() ?? lostOf(path, undefined));
  return {
    stream,
    send: (messages) => sender.send(messages),
    end: () => stream.end(),
    messages: () => readAll(stream, path, ending),
    ended: ending.ended,
    cancel: () => ending.cancel(),
  };
}

interface Ending {
  readonly ended: Promise<void>;
  /** What went wrong, as far as it is known. */
  failure(): CallError | undefined;
  cancel(): void;
  giveUpAfter(deadline: number): void;
}

/** Collects from the first moment on what says how the call ends. */
function watchEnd(stream: ClientHttp2Stream, path: string, signal: AbortSignal | undefined): Ending {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever asks gets it; nobody has to.
  promise.catch(() => undefined);
  let answer: IncomingHttpHeaders = {};
  let status = 200;
  let ours: CallError | undefined;
  let error: unknown;
  let timer: NodeJS.Timeout | undefined;
  const stop = (reason: CallError): void => {
    if (stream.closed || stream.destroyed) return;
    ours ??= reason;
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const abort = (): void => stop(cancelled(path, signal));
  const failure = (): CallError | undefined => {
    if (ours !== undefined) return ours;
    if (answer['grpc-status'] !== undefined) return failureOf(path, answer);
    return stream.closed || stream.destroyed ? lostOf(path, error, status) : undefined;
  };
  stream.on('response', (headers) => {
    status = headers[':status'] ?? 200;
    if (headers['grpc-status'] !== undefined) answer = headers;
  });
  stream.on('trailers', (headers: IncomingHttpHeaders) => (answer = headers));
  stream.on('error', (reason) => (error = reason));
  // Nothing that we could still say matters after the status.
  stream.once('end', () => stream.end());
  stream.once('close', () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    const reason = failure();
    if (reason === undefined) resolve();
    else reject(reason);
  });
  signal?.addEventListener('abort', abort, { once: true });
  return {
    ended: promise,
    failure,
    cancel: () => stop(cancelled(path, undefined)),
    giveUpAfter: (deadline) => {
      const late = new CallError(STATUS.deadlineExceeded, path, `no answer within ${deadline} ms`);
      timer = setTimeout(() => stop(late), deadline);
    },
  };
}

async function* readAll(
  stream: ClientHttp2Stream,
  path: string,
  ending: Ending,
): AsyncGenerator<Uint8Array, void, undefined> {
  let complete = false;
  try {
    yield* messagesOf(stream);
    complete = true;
  } catch (error) {
    if (error instanceof StatusError && error.code !== STATUS.cancelled) {
      ending.cancel();
      throw new CallError(error.code, path, error.message, { cause: error });
    }
    complete = true;
  } finally {
    if (!complete) ending.cancel();
  }
  await ending.ended;
}

function failureOf(path: string, answer: IncomingHttpHeaders): CallError | undefined {
  const status = Number(answer['grpc-status']);
  if (status === STATUS.ok) return undefined;
  const message = decodeMessage(textOf(answer['grpc-message']));
  const details = textOf(answer['grpc-status-details-bin']);
  return new CallError(Number.isInteger(status) ? status : STATUS.unknown, path, message, {
    details: details === '' ? undefined : Buffer.from(details, 'base64'),
  });
}

function textOf(value: string | string[] | undefined): string {
  return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
}

function lostOf(path: string, cause: unknown, status = 200): CallError {
  const text = status === 200 ? 'the connection ended before there was an answer' : `it answered with HTTP ${status}`;
  return new CallError(STATUS.unavailable, path, text, { cause, lost: true });
}

function cancelled(path: string, signal: AbortSignal | undefined): CallError {
  return new CallError(STATUS.cancelled, path, 'cancelled', { cause: signal?.reason, cancelledByUs: true });
}
