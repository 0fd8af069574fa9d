import { RuntimeError } from '../../errors.ts';
import type { ServerCall, SessionMethods } from '../grpc/server.ts';
import { StatusError } from '../grpc/server.ts';
import { realRoot, walk, type WalkOptions } from '../../files/walk.ts';
import type { WalkEntry } from '../../files/entry.ts';
import { FileReader } from './file-reader.ts';
import { toGoMode } from './modes.ts';
import { decodePacket, encodeError, encodeFinish, listEnd, packetType, StatEncoder, type Stat } from './packets.ts';

export interface FileSyncOptions {
  /** Absolute path by the name under which the builder asks for it: what it may read, and nothing else. Undefined: there is nothing in it. */
  readonly directories: ReadonlyMap<string, string | undefined>;
  /** A file is not any more what the list said that it is: what was sent fits nothing that ever was there. */
  readonly onChanged?: (directory: string, path: string) => void;
  /** Why a transfer failed, when it is our side's fault; the builder hears it too, but tells it in its own words. */
  readonly onFailure?: (directory: string, error: RuntimeError) => void;
}

/**
 * Files of a build's contexts, by `moby.filesync.v1.FileSync/DiffCopy`: the builder gets a list of everything in a directory, asks for the content of
 * what is new to it, and says when it has everything. Content moves in several files at once, at the builder's pace.
 */
export function fileSync(options: FileSyncOptions): SessionMethods {
  return new Map([['/moby.filesync.v1.FileSync/DiffCopy', (call) => diffCopy(call, options)]]);
}

async function diffCopy(call: ServerCall, options: FileSyncOptions): Promise<void> {
  const name = listOf(call, 'dir-name')[0] ?? '';
  const path = options.directories.get(name);
  if (!options.directories.has(name)) throw new StatusError(5, `no access allowed to dir ${JSON.stringify(name)}`);
  const failed = (error: unknown): unknown => {
    if (!call.signal.aborted && error instanceof RuntimeError) options.onFailure?.(name, error);
    tell(call, error);
    return error;
  };
  let root: string | undefined;
  try {
    // Once for all: the list and what is read are of one and the same directory, whatever leads to it.
    if (path !== undefined) root = await realRoot(path);
  } catch (error) {
    throw failed(error);
  }
  const stop = new AbortController();
  const signal = AbortSignal.any([call.signal, stop.signal]);
  const files = new FileReader({
    root: root ?? '',
    call,
    signal,
    onChanged: (changed) => options.onChanged?.(name, changed),
  });
  const listed = root === undefined ? call.send(listEnd) : sendList(call, root, { ...filters(call), signal }, files);
  try {
    await Promise.race([failureOf(listed), failureOf(files.done), answer(call, files)]);
  } catch (error) {
    throw failed(error);
  } finally {
    stop.abort();
    await Promise.allSettled([listed, files.close()]);
  }
}

/** Goes out before the end of the call; nobody waits for it. */
function tell(call: ServerCall, error: unknown): void {
  void call.send(encodeError(messageOf(error))).catch(() => undefined);
}

/** Never resolves: rejects when the promise does. */
async function failureOf(promise: Promise<unknown>): Promise<never> {
  await promise;
  return await new Promise<never>(() => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Which entries the builder wants. */
function filters(call: ServerCall): WalkOptions {
  return {
    include: listOf(call, 'include-patterns'),
    exclude: listOf(call, 'exclude-patterns'),
    followPaths: listOf(call, 'followpaths'),
  };
}

/** Values come query-escaped when one of them is not ASCII. */
function listOf(call: ServerCall, key: string): readonly string[] {
  const values = call.header(key);
  if (call.header(`${key}-encoded`)[0] !== '1') return values;
  return values.map((value) => decodeURIComponent(value.replaceAll('+', ' ')));
}

/** Entry number n has id n, whatever it is. */
async function sendList(call: ServerCall, root: string, options: WalkOptions, files: FileReader): Promise<void> {
  const encoder = new StatEncoder();
  let id = 0;
  for await (const batch of walk(root, options)) {
    const packets = batch.map((entry) => {
      files.announce(id++, entry);
      return encoder.encode(statOf(entry));
    });
    await call.sendAll(packets);
  }
  await call.send(listEnd);
}

function statOf(entry: WalkEntry): Stat {
  const { deviceNumber } = entry;
  return {
    path: entry.path,
    mode: toGoMode(entry.type, entry.mode),
    size: entry.type === 'directory' ? 0 : entry.size,
    modTime: entry.mtimeNs,
    linkname: entry.target ?? entry.sameAs ?? '',
    deviceMajor: (deviceNumber >>> 8) & 0xfff,
    deviceMinor: (deviceNumber & 0xff) | ((deviceNumber >>> 12) & 0xfff00),
  };
}

/** Until the builder has everything: then the call has to end at once, because it waits for that. */
async function answer(call: ServerCall, files: FileReader): Promise<void> {
  for await (const message of call.messages) {
    const packet = decodePacket(message);
    if (packet.type === packetType.request) files.request(packet.id);
    else if (packet.type === packetType.finish) return await call.send(encodeFinish());
    else if (packet.type === packetType.error) throw new StatusError(2, `error from receiver: ${textOf(packet.data)}`);
    else throw new StatusError(3, `unexpected packet of type ${packet.type}`);
  }
  throw new StatusError(1, 'the builder left before it had everything');
}

function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8');
}
