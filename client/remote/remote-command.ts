/**
 * A process on the other side of an API server: exec and attach, over a WebSocket with the subprotocol v5.channel.k8s.io. Loaded by the
 * commands that need it alone: `ws` costs others nothing.
 *
 * The first byte of a message is the channel: 0 stdin, 1 stdout, 2 stderr, 3 the Status of the end, 4 the size of the terminal, 255 the end
 * of the channel that the second byte names (facts/kube-api §8).
 */
import { WebSocket, type RawData } from 'ws';
import { exitCodeOf } from './exit-status.ts';
import { brokenOff, openSocket, type RemoteOptions } from './open-socket.ts';
import { createOutput } from './output.ts';

/** A process that this client talks to. Disposing closes the connection: what exec started is killed then. */
export interface RemoteCommand extends AsyncDisposable {
  /** Until the process closes it; with a terminal all of it. Both must be read: one that is not holds up the other. */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the connection took it. Ignored after the end. */
  write(bytes: Uint8Array): Promise<void>;
  closeInput(): Promise<void>;
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
  /** 0 to 255. Rejects with ApiError when it could not be started, or the connection broke off. */
  readonly exited: Promise<{ readonly exitCode: number }>;
}

const SUBPROTOCOL = 'v5.channel.k8s.io';
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
const CLOSE = 255;
/** The most that one message carries: what every server takes. */
const PIECE = 32 * 1024;

/** Rejects with ApiError when the server refuses or does not answer, or with the signal's reason. */
export async function openRemoteCommand(options: RemoteOptions): Promise<RemoteCommand> {
  return await openSocket(options, SUBPROTOCOL, converse);
}

function converse(socket: WebSocket): RemoteCommand {
  const { promise: exited, resolve, reject } = Promise.withResolvers<{ readonly exitCode: number }>();
  exited.catch(() => undefined);
  const { stdout, stderr, push, end } = createOutput({
    pause: () => socket.pause(),
    resume: () => socket.isPaused && socket.resume(),
  });
  const send = (...parts: Uint8Array[]): Promise<void> =>
    new Promise((done) => {
      if (socket.readyState !== WebSocket.OPEN) return done();
      // Called with an error, too: then the end is told elsewhere.
      socket.send(Buffer.concat(parts), { binary: true }, () => done());
    });
  socket.on('message', (data: RawData) => {
    const message = data as Buffer;
    const [channel, closed] = message;
    if (channel === STDOUT || channel === STDERR) push(channel === STDOUT ? 'stdout' : 'stderr', message.subarray(1));
    else if (channel === CLOSE && closed === STDOUT) end('stdout');
    else if (channel === CLOSE && closed === STDERR) end('stderr');
    else if (channel === STATUS && message.length > 1) exitCodeOf(message.subarray(1)).then(resolve, reject);
  });
  socket.once('close', (_, why) => {
    const reason = why.length > 0 ? `the server closed the connection (${why.toString()})` : 'the connection broke off';
    reject(brokenOff(`${reason} before the process had ended`));
    end('stdout');
    end('stderr');
  });
  return {
    stdout,
    stderr,
    exited,
    async write(bytes) {
      for (let at = 0; at < bytes.length; at += PIECE) await send(Uint8Array.of(STDIN), bytes.subarray(at, at + PIECE));
    },
    closeInput: () => send(Uint8Array.of(CLOSE, STDIN)),
    resize: ({ columns, rows }) =>
      send(Uint8Array.of(RESIZE), Buffer.from(JSON.stringify({ Width: columns, Height: rows }))),
    async [Symbol.asyncDispose]() {
      if (socket.readyState !== WebSocket.CLOSED) socket.terminate();
    },
  };
}
