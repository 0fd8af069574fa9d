/** What is known durably of networks and sandboxes: one JSON file each, and all of them in memory. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkSpec } from '../ports/networks.ts';
import type { Attachment } from '../ports/sandboxes.ts';
import type { Family } from '../../schemas/values/addresses.ts';
import type { CniList } from './cni/configuration.ts';

export interface NetworkRecord {
  readonly spec: NetworkSpec;
  /** The bridge, or the parent. */
  readonly interface?: string;
  /** Boot of the machine in which the first sandbox was attached: since then there are a bridge and rules. */
  readonly boot?: string;
}

export interface AttachmentRecord extends Attachment {
  /** `attaching`: the interface may be there, half of it, or not at all. `detaching`: the same, and nobody wants it. */
  readonly state: 'attaching' | 'attached' | 'detaching';
  /** Families whose default route it has. */
  readonly defaultRoutes: readonly Family[];
  /** Families of which nobody knows whether it has their default route: somebody died, or failed, while it was taken or given. */
  readonly doubtfulRoutes?: readonly Family[];
  /** What the plugins were given to make it, and get again to take it away. */
  readonly list: CniList;
  /** Asked for by the spec; plugins that allocate themselves are told. */
  readonly asked?: readonly string[];
  /** What they answered. */
  readonly result?: Readonly<Record<string, unknown>>;
}

export interface SandboxRecord {
  readonly id: string;
  readonly ownerUid: string;
  /** Interfaces and namespace of another boot are gone. */
  readonly boot: string;
  readonly attachments: readonly AttachmentRecord[];
}

const ENDING = '.json';

/** A folder of records. What is in memory is what was written last. */
export class Records<T> {
  readonly #directory: string;
  readonly #records = new Map<string, T>();
  /** Keys of files that cannot be read. */
  readonly #damaged = new Set<string>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open<T>(directory: string): Promise<Records<T>> {
    const records = new Records<T>(directory);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(directory)) {
      if (name.endsWith(ENDING)) await records.#read(name.slice(0, -ENDING.length));
    }
    return records;
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  values(): readonly T[] {
    return [...this.#records.values()];
  }

  /** Those that cannot be read included: whatever they stand for has to be taken away. */
  keys(): readonly string[] {
    return [...new Set([...this.#records.keys(), ...this.#damaged])];
  }

  /** Durable when it resolves. After a crash or a power cut the file is the old one or the new one. */
  async write(key: string, record: T): Promise<void> {
    const path = this.#path(key);
    const temporary = `${path}.new`;
    try {
      await using file = await open(temporary, 'w', 0o600);
      await file.writeFile(`${JSON.stringify(record)}\n`);
      await file.sync();
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await rename(temporary, path);
    if (!this.#records.has(key)) await this.#sync();
    this.#damaged.delete(key);
    this.#records.set(key, record);
  }

  async remove(key: string): Promise<void> {
    if (!this.#records.has(key) && !this.#damaged.has(key)) return;
    await rm(this.#path(key), { force: true });
    await this.#sync();
    this.#damaged.delete(key);
    this.#records.delete(key);
  }

  #path(key: string): string {
    return join(this.#directory, `${key}${ENDING}`);
  }

  async #sync(): Promise<void> {
    await using directory = await open(this.#directory, 'r');
    await directory.sync();
  }

  async #read(key: string): Promise<void> {
    try {
      this.#records.set(key, JSON.parse(await readFile(this.#path(key), 'utf8')) as T);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#damaged.add(key);
    }
  }
}
