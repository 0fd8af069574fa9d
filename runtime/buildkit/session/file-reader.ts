import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { isOpenBelow } from '../../resolve-inside.ts';
import { StatusError, type ServerCall } from '../grpc/server.ts';
import { isGone } from '../../file-failure.ts';
import { unreadable, type WalkEntry } from '../../files/entry.ts';
import { Slices } from '../../files/slices.ts';
import { dataHeaderRoom, encodeData, encodeDataEnd } from './packets.ts';

/** What was told about a file whose content may be asked for. */
export interface Announced {
  readonly path: string;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly inode: bigint;
  /** A socket: has no content, and is taken for an empty file. */
  readonly empty: boolean;
}

export interface FileReaderSettings {
  /** Free of links. */
  readonly root: string;
  readonly call: ServerCall;
  readonly signal: AbortSignal;
  readonly onChanged: (path: string) => void;
}

interface Request {
  readonly id: number;
  readonly file: Announced;
}

const chunkBytes = 256 * 1024;
/** Files up to here are read at one go, several of them for one write. */
const smallBytes = 64 * 1024;
const filesInFlight = 4;
/** Not through a link that took the place of a file, and not waiting for the other end of a pipe that did. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads what is asked for and sends it: never more than what was announced, so that the builder gets a file of the size that it knows; and nothing that
 * lies outside of the root, whatever became of a directory on the way since it was announced.
 */
export class FileReader {
  readonly #settings: FileReaderSettings;
  readonly #slices = new Slices();
  readonly #announced = new Map<number, Announced>();
  readonly #lanes = new Set<Promise<void>>();
  /** Of the lanes, those that still look for requests. */
  #active = 0;
  /** Free ones. New ones for each chunk would have the collector look through the whole heap every few of them. */
  readonly #chunks: Buffer[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #requests: Request[] = [];
  #next = 0;

  constructor(settings: FileReaderSettings) {
    this.#settings = settings;
    this.#failed.promise.catch(() => undefined);
  }

  /** Rejects when a file cannot be read or sent; never resolves. */
  get done(): Promise<never> {
    return this.#failed.promise;
  }

  /** Of the entries, only files can be asked for; hard links to one have no content of their own. */
  announce(id: number, { path, type, size, mtimeNs, inode }: WalkEntry): void {
    if (type !== 'file' && type !== 'socket') return;
    this.#announced.set(id, { path, size, mtimeNs, inode, empty: type === 'socket' });
  }

  /** Throws StatusError for what was not announced or was asked for already. */
  request(id: number): void {
    const file = this.#announced.get(id);
    if (file === undefined) throw new StatusError(3, `invalid file id ${id}`);
    this.#announced.delete(id);
    this.#requests.push({ id, file });
    if (this.#active < filesInFlight) this.#start();
  }

  /** Waits until no file is open any more; the signal has to be aborted before. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  #start(): void {
    this.#active++;
    const lane: Promise<void> = this.#run()
      .catch((error: unknown) => this.#failed.reject(error))
      .finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  async #run(): Promise<void> {
    try {
      // Requests come in bursts: after this all of one are there, and go out together.
      await this.#slices.turn();
      while (!this.#settings.signal.aborted) {
        const packets = this.#readSmall();
        if (packets.length > 0) {
          await this.#settings.call.sendAll(packets);
          if (this.#slices.over) await this.#slices.turn();
          continue;
        }
        const large = this.#take();
        if (large === undefined) return;
        await this.#sendLarge(large);
      }
    } finally {
      // Together with the look that found nothing: who asks next must not count on a lane that is through.
      this.#active--;
    }
  }

  #take(): Request | undefined {
    const request = this.#requests[this.#next];
    if (request === undefined) {
      this.#requests = [];
      this.#next = 0;
      return undefined;
    }
    this.#next++;
    return request;
  }

  #readSmall(): readonly Uint8Array[] {
    const packets: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < chunkBytes) {
      const request = this.#requests[this.#next];
      if (request === undefined || request.file.size > smallBytes) break;
      this.#take();
      bytes += request.file.size;
      packets.push(...this.#contentOf(request), encodeDataEnd(request.id));
      if (this.#slices.over) break;
    }
    return packets;
  }

  #contentOf({ id, file }: Request): readonly Uint8Array[] {
    if (file.empty) return [];
    let descriptor: number | undefined;
    try {
      descriptor = openSync(`${this.#settings.root}/${file.path}`, flags);
      if (!isOpenBelow(descriptor, this.#settings.root)) throw new OutsideError(file.path);
      const buffer = Buffer.allocUnsafe(dataHeaderRoom + file.size);
      const length = file.size === 0 ? 0 : readSync(descriptor, buffer, dataHeaderRoom, file.size, null);
      if (isOther(file, fstatSync(descriptor, { bigint: true }))) this.#settings.onChanged(file.path);
      return length === 0 ? [] : [encodeData(buffer, id, length)];
    } catch (error) {
      this.#missed(file, error);
      return [];
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** What is there no more, or is something else now, is empty for the builder; what must not be read ends the transfer. */
  #missed(file: Announced, error: unknown): void {
    if (!isGone(error) && !isSomethingElse(error)) throw unreadable(file.path, error);
    this.#settings.onChanged(file.path);
  }

  async #sendLarge(request: Request): Promise<void> {
    const { root, call } = this.#settings;
    try {
      await using handle = await open(`${root}/${request.file.path}`, flags);
      if (!isOpenBelow(handle.fd, root)) throw new OutsideError(request.file.path);
      await this.#sendChunks(request, (buffer, length) => handle.read(buffer, dataHeaderRoom, length, null));
      if (isOther(request.file, await handle.stat({ bigint: true }))) this.#settings.onChanged(request.file.path);
    } catch (error) {
      if (error instanceof StatusError) throw error;
      this.#missed(request.file, error);
    }
    await call.send(encodeDataEnd(request.id));
  }

  async #sendChunks(
    { id, file }: Request,
    read: (buffer: Uint8Array, length: number) => Promise<{ readonly bytesRead: number }>,
  ): Promise<void> {
    const { call, signal } = this.#settings;
    for (let left = file.size; left > 0;) {
      if (signal.aborted) throw new StatusError(1, 'the transfer was stopped');
      const buffer = this.#chunks.pop() ?? Buffer.allocUnsafeSlow(dataHeaderRoom + chunkBytes);
      const { bytesRead } = await read(buffer, Math.min(left, chunkBytes));
      if (bytesRead === 0) return;
      await call.send(encodeData(buffer, id, bytesRead), () => void this.#chunks.push(buffer));
      left -= bytesRead;
    }
  }
}

function isOther(file: Announced, stats: BigIntStats): boolean {
  return stats.size !== BigInt(file.size) || stats.mtimeNs !== file.mtimeNs || stats.ino !== file.inode;
}

/** A directory on the way became a link that leads out of the root. */
class OutsideError extends Error {}

/** A link, a directory, a pipe or a socket took the place of the file, or a link that of a directory which it is in. */
function isSomethingElse(error: unknown): boolean {
  if (error instanceof OutsideError) return true;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ELOOP' || code === 'EISDIR' || code === 'EAGAIN' || code === 'ENXIO' || code === 'EOVERFLOW';
}
