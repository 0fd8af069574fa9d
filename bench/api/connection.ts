/**
 * A client that costs next to nothing: HTTP/1.1 by hand over one TLS connection, one request at a time, bytes counted and not
 * kept. What node:https would add to each request would be measured as the server's.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { BodyEnd } from './body-end.ts';
import type { Target } from './target.ts';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
/** How much of a refusal is shown. */
const SHOWN_BYTES = 600;

export interface Answer {
  readonly status: number;
  /** Of the body, framing included. */
  readonly bytes: number;
}

interface Exchange {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** Gets the body as it comes, for answers that do not end. */
  readonly receive: ((chunk: Buffer) => void) | undefined;
}

export class Connection implements Disposable {
  readonly #socket: TLSSocket;
  #exchange: Exchange | undefined;
  #head: Buffer | undefined;
  #body: BodyEnd | undefined;
  #status = 0;
  #bytes = 0;
  #shown = '';

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(target: Target): Promise<Connection> {
    const socket = connect({ ...target, servername: '', ALPNProtocols: ['http/1.1'] });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return new Connection(socket);
  }

  /** Rejects for anything but a 2xx. `receive`: called with the body's bytes as they come, chunk framing and all. */
  request(bytes: Buffer, receive?: (chunk: Buffer) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#exchange = { resolve, reject, receive };
      this.#head = undefined;
      this.#body = undefined;
      this.#bytes = 0;
      this.#shown = '';
      this.#socket.write(bytes);
    });
  }

  [Symbol.dispose](): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#body === undefined) {
      const all = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk]);
      const end = all.indexOf(END_OF_HEAD);
      if (end < 0) {
        this.#head = all;
        return;
      }
      const head = all.toString('latin1', 0, end);
      this.#status = Number(head.slice(9, 12));
      this.#body = new BodyEnd(head);
      this.#takeBody(all.subarray(end + END_OF_HEAD.length));
    } else this.#takeBody(chunk);
  }

  #takeBody(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#status > 299 && this.#shown.length < SHOWN_BYTES) this.#shown += chunk.toString();
    this.#exchange?.receive?.(chunk);
    if (!this.#body?.takes(chunk)) return;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (this.#status <= 299) exchange?.resolve({ status: this.#status, bytes: this.#bytes });
    else exchange?.reject(new Error(`answer ${this.#status}: ${this.#shown.slice(0, SHOWN_BYTES)}`));
  }

  #fail(error: Error): void {
    this.#exchange?.reject(error);
    this.#exchange = undefined;
  }
}
