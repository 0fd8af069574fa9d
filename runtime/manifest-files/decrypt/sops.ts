/**
 * SOPS files whose data key is encrypted with age. Values are written in place of their encrypted ones and the metadata is blanked, so that every other
 * line and column stays what it was in the file. The MAC over all values is checked: nobody has changed, moved or taken away one.
 */
import { createHash, timingSafeEqual, type Hash } from 'node:crypto';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { DecryptError, spotOf } from '../problem.ts';
import { goPlain } from './go-scalar.ts';
import { loadAge, openAge, type Identities } from './identities.ts';
import { sopsMetadata, sopsPair, type SopsMetadata } from './sops-metadata.ts';
import { encryptedBy } from './sops-rules.ts';
import { openValue } from './sops-value.ts';

/** Reading one takes some milliseconds for each ten kilobytes. */
const LIMIT = 1024 * 1024;

/** Cheap, and never false for a file that is one. */
export function looksLikeSops(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes('sops') && buffer.includes('lastmodified') && buffer.includes('ENC[AES256_GCM,');
}

/** The same bytes when it is none after all. Throws DecryptError. */
export async function decryptSops(bytes: Uint8Array, keys: () => Promise<Identities>): Promise<Uint8Array> {
  if (bytes.length > LIMIT) throw new DecryptError(`a SOPS file is larger than ${LIMIT / 1024 / 1024} MiB: split it`);
  const text = Buffer.from(bytes).toString('utf8');
  const documents = parse(text);
  const pair = documents[0] === undefined ? undefined : sopsPair(documents[0]);
  if (pair === undefined || documents.some(({ errors }) => errors.length > 0)) return bytes;
  const spot = spotOf(text, start(pair.key as Node));
  try {
    const metadata = sopsMetadata(pair.value);
    if (metadata === undefined) return bytes;
    const key = await dataKey(metadata, await keys());
    const opener = new Opener(text, metadata, key, documents);
    for (const document of documents) opener.open(document);
    opener.checkMac();
    return Buffer.from(opener.result());
  } catch (error) {
    if (error instanceof DecryptError && error.spot === undefined) throw new DecryptError(error.message, spot);
    throw error;
  }
}

function parse(text: string): readonly Document[] {
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  return Array.isArray(documents) ? documents : [];
}

async function dataKey({ age }: SopsMetadata, identities: Identities): Promise<Uint8Array> {
  const { armor } = await loadAge();
  const sealedFor = age.map(({ recipient }) => recipient);
  const ours = age.filter(({ recipient }) => identities.recipients.includes(recipient));
  let failure: unknown;
  for (const { sealed } of ours.length > 0 ? ours : age) {
    try {
      return await openAge(armor.decode(sealed), identities, 'it is a SOPS file', sealedFor);
    } catch (error) {
      failure ??= error instanceof DecryptError ? error : new DecryptError('the data key of the SOPS file is damaged');
    }
  }
  throw failure as Error;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

class Opener {
  readonly #text: string;
  readonly #metadata: SopsMetadata;
  readonly #key: Uint8Array;
  readonly #isEncrypted: (path: readonly string[]) => boolean;
  readonly #mac: Hash = createHash('sha512');
  readonly #edits: Edit[] = [];

  constructor(text: string, metadata: SopsMetadata, key: Uint8Array, documents: readonly Document[]) {
    this.#text = text;
    this.#metadata = metadata;
    this.#key = key;
    const names = new Set<string>();
    for (const { contents } of documents) collectKeys(contents, names);
    this.#isEncrypted = encryptedBy(metadata.rule, names);
    // so that the two kinds of MAC never are the same
    if (metadata.macOnlyEncrypted) this.#mac.update(createHash('sha256').update('sops').digest());
  }

  open(document: Document): void {
    const { contents } = document;
    if (!isMap(contents)) return;
    const own = sopsPair(document);
    for (const pair of contents.items) {
      if (pair === own) this.#blank(pair, contents.flow === true);
      else this.#pair(pair, []);
    }
  }

  #pair({ key, value }: Pair, path: readonly string[]): void {
    if (!isScalar(key) || typeof key.value !== 'string') this.#fail('a key of a SOPS file must be text', key as Node);
    else this.#node(value as Node | null, [...path, key.value]);
  }

  /** Items of a list have no key of their own. */
  #node(node: Node | null, path: readonly string[]): void {
    if (isMap(node)) for (const pair of node.items) this.#pair(pair, path);
    else if (isSeq(node)) for (const item of node.items) this.#node(item as Node | null, path);
    else if (isAlias(node)) this.#fail('a SOPS file has no aliases', node);
    else if (isScalar(node)) this.#scalar(node, path);
  }

  #scalar(node: Scalar, path: readonly string[]): void {
    const text = typeof node.value === 'string' ? node.value : '';
    const isText = node.type !== 'PLAIN' || node.tag === 'tag:yaml.org,2002:str';
    const counted = isText ? text : goPlain(text);
    // neither null nor an empty text is ever encrypted
    if (counted === undefined) return;
    const encrypted = this.#isEncrypted(path);
    if (!encrypted && !this.#metadata.macOnlyEncrypted) this.#mac.update(counted);
    if (encrypted && text !== '') this.#mac.update(this.#opened(node, text, path));
  }

  #opened(node: Scalar, text: string, path: readonly string[]): string {
    const name = path.at(-1) ?? '';
    let opened: ReturnType<typeof openValue>;
    try {
      opened = openValue(text, this.#key, `${path.join(':')}:`);
    } catch {
      return this.#fail(`the value of ${name} does not open: it was changed, moved or renamed without sops`, node);
    }
    if (opened === undefined)
      return this.#fail(`the value of ${name} should be encrypted and is not: edit it with sops`, node);
    const [from, to] = rangeOf(node);
    // lines below stay where they are
    const breaks = this.#text.slice(from, to).match(/\n/g)?.join('') ?? '';
    this.#edits.push({ from, to, text: opened.written + breaks });
    return opened.counted;
  }

  /** Spaces in its place, and between braces in that of a comma before it. */
  #blank({ key, value }: Pair, isBraced: boolean): void {
    const from = start(key as Node);
    const [, to] = rangeOf(value as Node);
    const comma = isBraced ? /,\s*$/.exec(this.#text.slice(0, from)) : null;
    const begin = comma?.index ?? from;
    // without one before it, the one behind it has to go
    const behind = isBraced && comma === null ? (/^\s*,/.exec(this.#text.slice(to))?.[0].length ?? 0) : 0;
    const end = to + behind;
    this.#edits.push({ from: begin, to: end, text: this.#text.slice(begin, end).replace(/[^\r\n]/g, ' ') });
  }

  checkMac(): void {
    const { mac, lastModified } = this.#metadata;
    const actual = Buffer.from(this.#mac.digest('hex').toUpperCase());
    const expected = Buffer.from(this.#expectedMac(mac, lastModified));
    if (actual.length === expected.length && timingSafeEqual(actual, expected)) return;
    throw new DecryptError('the MAC of the SOPS file does not match: something in it was changed without sops');
  }

  #expectedMac(mac: string, lastModified: string): string {
    try {
      return openValue(mac, this.#key, lastModified)?.counted ?? '';
    } catch {
      return '';
    }
  }

  result(): string {
    const parts: string[] = [];
    let at = 0;
    for (const { from, to, text } of this.#edits.toSorted((a, b) => a.from - b.from)) {
      parts.push(this.#text.slice(at, from), text);
      at = to;
    }
    return parts.join('') + this.#text.slice(at);
  }

  #fail(problem: string, node: Node): never {
    throw new DecryptError(problem, spotOf(this.#text, start(node)));
  }
}

function collectKeys(node: unknown, names: Set<string>): void {
  if (isSeq(node)) for (const item of node.items) collectKeys(item, names);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    if (isScalar(key) && typeof key.value === 'string') names.add(key.value);
    collectKeys(value, names);
  }
}

const start = (node: Node): number => node.range?.[0] ?? 0;

const rangeOf = (node: Node): readonly [number, number] => [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
