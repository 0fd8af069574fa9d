import { mkdir, realpath } from 'node:fs/promises';
import { RuntimeError } from '../../errors.ts';
import { StatusError, type ServerCall } from '../grpc/server.ts';
import { Slices } from '../../files/slices.ts';
import { outputFailure } from './output-failure.ts';
import { ReceivedTree } from './received-tree.ts';
import { decodePacket, encodeError, encodeFinish, encodeRequest, packetType, type Packet } from './packets.ts';

/** So many files are asked for at a time; each has an open file. */
const maxOpen = 16;

/**
 * Files of a result into a directory, with us as the one who asks: the builder lists everything, we ask for the content of each file. Rejects with
 * RuntimeError, or as the call does when it ends before its end; what has arrived until then stays, without halves of files.
 */
export async function receiveDirectory(call: ServerCall, path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    using tree = new ReceivedTree(await realpath(path));
    await new Receiving(call, tree).run();
  } catch (error) {
    if (!call.signal.aborted) void call.send(encodeError(messageOf(error))).catch(() => undefined);
    throw error instanceof StatusError || call.signal.aborted ? error : failure(path, error);
  }
}

function failure(path: string, error: unknown): RuntimeError {
  if (error instanceof RangeError) {
    return new RuntimeError('Corrupt', `output ${path}: the builder sends what is no packet`, { cause: error });
  }
  return outputFailure(path, error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class Receiving {
  readonly #call: ServerCall;
  readonly #tree: ReceivedTree;
  readonly #slices = new Slices();
  /** Ids of files whose content is still to be asked for, from the next one on: a list of many thousands is not moved up for each few. */
  #wanted: number[] = [];
  #next = 0;
  #open = 0;
  #listed = false;
  /** On disk. */
  #complete = false;
  #count = 0;

  constructor(call: ServerCall, tree: ReceivedTree) {
    this.#call = call;
    this.#tree = tree;
  }

  async run(): Promise<void> {
    try {
      await this.#receive();
    } catch (error) {
      // Everything is there, and the builder was told so: it gives the call up at once then, and its answer to that may be lost.
      if (!this.#complete) throw error;
    }
  }

  async #receive(): Promise<void> {
    for await (const message of this.#call.messages) {
      const packet = decodePacket(message);
      if (packet.type === packetType.finish) return;
      this.#take(packet);
      await this.#ask();
      if (this.#slices.over) await this.#slices.turn();
    }
    throw new StatusError(1, 'the builder left before it had sent everything');
  }

  #take(packet: Packet): void {
    const { type, stat, id, data } = packet;
    if (type === packetType.stat && stat !== undefined) {
      if (this.#listed) throw new RuntimeError('Corrupt', 'the builder goes on with a list that it had ended');
      const number = this.#count++;
      if (this.#tree.add(number, stat)) this.#wanted.push(number);
    } else if (type === packetType.stat) this.#listed = true;
    else if (type === packetType.data && data.length > 0) this.#tree.write(id, data);
    else if (type === packetType.data) {
      this.#tree.complete(id);
      this.#open--;
    } else if (type === packetType.error) {
      throw new StatusError(2, `error from sender: ${Buffer.from(data).toString('utf8')}`);
    } else throw new StatusError(3, `unexpected packet of type ${type}`);
  }

  async #ask(): Promise<void> {
    const ids = this.#wanted.slice(this.#next, this.#next + maxOpen - this.#open);
    this.#open += ids.length;
    this.#next += ids.length;
    if (this.#next === this.#wanted.length) [this.#wanted, this.#next] = [[], 0];
    for (const id of ids) this.#tree.open(id);
    if (ids.length > 0) await this.#call.sendAll(ids.map(encodeRequest));
    if (!this.#listed || this.#open > 0 || this.#tree.isFinished) return;
    await this.#tree.finish();
    this.#complete = true;
    await this.#call.send(encodeFinish());
  }
}
