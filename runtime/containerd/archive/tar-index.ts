import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import { BLOCK, decodeHeader, decodePax, isZero, textAt, type TarHeader } from './tar-header.ts';

/** Where a file's bytes are in the archive. Links are resolved. */
export interface TarEntry {
  readonly offset: number;
  readonly size: number;
}

const MAX_ENTRIES = 200_000;
/** Bytes of a pax record block or a long name. */
const MAX_EXTENSION = 1024 * 1024;
const MAX_LINKS = 8;

interface Pending {
  path?: string;
  linkTarget?: string;
  size?: number;
}

/**
 * Reads only the headers of an uncompressed tar, so that each file can be read at its place: nothing is unpacked, and a name is only a
 * key here, whatever it says. Rejects with Corrupt when the archive ends early or holds something else than headers.
 */
export async function indexTar(
  file: FileHandle,
  fileSize: number,
  name: string,
): Promise<ReadonlyMap<string, TarEntry>> {
  const entries = new Map<string, TarEntry>();
  const links = new Map<string, string>();
  const block = Buffer.alloc(BLOCK);
  let pending: Pending = {};
  for (let at = 0, count = 0; ; count++) {
    if (count > MAX_ENTRIES) throw corrupt(name, `it has more than ${MAX_ENTRIES} entries`);
    if (at + BLOCK > fileSize) throw truncated(name, fileSize);
    await readExactly(file, block, at, name);
    if (isZero(block)) break;
    const header = decodeHeader(block);
    if (header === undefined) throw corrupt(name, `there is no tar header at byte ${at}`);
    const size = pending.size ?? header.size;
    const offset = at + BLOCK;
    if (offset + size > fileSize) throw truncated(name, fileSize);
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
    if ('xgLK'.includes(header.type)) {
      pending = { ...pending, ...(await readExtension(file, header, offset, name)) };
      continue;
    }
    note({ ...header, ...pending }, { offset, size }, entries, links);
    pending = {};
  }
  resolveLinks(entries, links);
  return entries;
}

function note(header: TarHeader, entry: TarEntry, entries: Map<string, TarEntry>, links: Map<string, string>): void {
  const path = normalized(header.path);
  switch (header.type) {
    case '0':
    case '7':
      entries.set(path, entry);
      break;
    case '1':
      links.set(path, normalized(header.linkTarget));
      break;
    case '2':
      links.set(path, normalized(posix.join(posix.dirname(path), header.linkTarget)));
      break;
    default:
      break;
  }
}

/** docker save links equal layers to each other. A link to nothing, or round in circles, is as if it were not there. */
function resolveLinks(entries: Map<string, TarEntry>, links: ReadonlyMap<string, string>): void {
  for (const path of links.keys()) {
    let target: string | undefined = path;
    for (let hops = 0; target !== undefined && !entries.has(target) && hops < MAX_LINKS; hops++) {
      target = links.get(target);
    }
    const entry = target === undefined ? undefined : entries.get(target);
    if (entry !== undefined) entries.set(path, entry);
  }
}

async function readExtension(file: FileHandle, header: TarHeader, offset: number, name: string): Promise<Pending> {
  if (header.size > MAX_EXTENSION) throw corrupt(name, 'a name in it is too long');
  const bytes = Buffer.alloc(header.size);
  await readExactly(file, bytes, offset, name);
  if (header.type === 'L') return { path: textAt(bytes, 0, bytes.length) };
  if (header.type === 'K') return { linkTarget: textAt(bytes, 0, bytes.length) };
  if (header.type === 'g') return {};
  const records = decodePax(bytes);
  if (records === undefined) throw corrupt(name, `there is a broken pax header at byte ${offset}`);
  const [path, linkTarget, size] = ['path', 'linkpath', 'size'].map((key) => records.get(key));
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw corrupt(name, 'a size in it is no number');
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

async function readExactly(file: FileHandle, buffer: Buffer, position: number, name: string): Promise<void> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  if (bytesRead !== buffer.length) throw truncated(name, position + bytesRead);
}

function normalized(path: string): string {
  return posix.normalize(`/${path}`).slice(1);
}

function truncated(name: string, size: number): RuntimeError {
  return corrupt(name, `it ends early, after ${size} bytes; it was not copied completely`);
}

function corrupt(name: string, why: string): RuntimeError {
  return new RuntimeError('Corrupt', `archive ${name} is broken: ${why}`, { reason: 'ArchiveBroken' });
}
