import { BLOCK, decodeHeader, padding, type Header } from './header.ts';

/** A file, directory or link of an archive. */
export interface Entry extends Header {
  /** To be read, or left, before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Names and pax records of more than this are nobody's. */
const MAX_RECORD = 1024 * 1024;

/** The entries of a tar archive while it arrives. Throws Error for what is none, or ends too early. */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  await using source = createSource(chunks);
  let changes: Partial<Header> = {};
  for (let header = await nextHeader(source); header !== undefined; header = await nextHeader(source)) {
    switch (header.type) {
      case 'longName':
        changes = { ...changes, name: zeroEnded(await record(source, header)) };
        break;
      case 'longLink':
        changes = { ...changes, link: zeroEnded(await record(source, header)) };
        break;
      case 'pax':
        changes = { ...changes, ...paxChanges(await record(source, header)) };
        break;
      default: {
        const entry = { ...header, ...changes };
        changes = {};
        const left = { bytes: entry.size + padding(entry.size) };
        yield { ...entry, content: contentOf(source, entry.size, left) };
        for await (const _ of take(source, left)) continue;
      }
    }
  }
}

async function nextHeader(source: Source): Promise<Header | undefined> {
  const block = await source.exactly(BLOCK);
  return block === undefined ? undefined : decodeHeader(block);
}

async function record(source: Source, { size }: Header): Promise<Buffer> {
  if (size > MAX_RECORD) throw new Error('the archive has a name that is too long');
  const bytes = await source.exactly(size + padding(size));
  if (bytes === undefined) throw tooEarly();
  return bytes.subarray(0, size);
}

async function* contentOf(source: Source, size: number, left: { bytes: number }): AsyncGenerator<Uint8Array> {
  const file = { bytes: size };
  for await (const chunk of take(source, file)) {
    left.bytes -= chunk.length;
    yield chunk;
  }
}

async function* take(source: Source, left: { bytes: number }): AsyncGenerator<Uint8Array> {
  while (left.bytes > 0) {
    const chunk = await source.atMost(left.bytes);
    if (chunk === undefined) throw tooEarly();
    left.bytes -= chunk.length;
    yield chunk;
  }
}

/** `<length> <key>=<value>\n`, length included. */
function paxChanges(bytes: Buffer): Partial<Header> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(' ', at);
    const length = Number(bytes.toString('latin1', at, space));
    if (space < 0 || !Number.isInteger(length) || length <= 0) break;
    const [, key, value] = /^([^=]*)=([^]*)\n$/.exec(bytes.toString('utf8', space + 1, at + length)) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, value);
    at += length;
  }
  const [name, link, size] = [found.get('path'), found.get('linkpath'), found.get('size')];
  return {
    ...(name === undefined ? {} : { name }),
    ...(link === undefined ? {} : { link }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

const zeroEnded = (bytes: Buffer): string => bytes.toString('utf8').replace(/\0[^]*$/, '');

const tooEarly = (): Error => new Error('the archive ends in the middle of a file');

interface Source extends AsyncDisposable {
  /** Undefined at the end; throws when less is left than that. */
  exactly(bytes: number): Promise<Buffer | undefined>;
  atMost(bytes: number): Promise<Buffer | undefined>;
}

function createSource(chunks: AsyncIterable<Uint8Array>): Source {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    const { value, done } = await iterator.next();
    if (done === true) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    return true;
  };
  const cut = (bytes: number): Buffer => {
    const taken = rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
    return taken;
  };
  return {
    async exactly(bytes) {
      while (rest.length < bytes) {
        if (await fill()) continue;
        if (rest.length === 0) return undefined;
        throw tooEarly();
      }
      return cut(bytes);
    },
    async atMost(bytes) {
      while (rest.length === 0) if (!(await fill())) return undefined;
      return cut(bytes);
    },
    [Symbol.asyncDispose]: async () => void (await iterator.return?.()),
  };
}
