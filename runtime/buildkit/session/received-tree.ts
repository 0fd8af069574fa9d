import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { posix } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import { Slices } from '../../files/slices.ts';
import { fromGoMode } from './modes.ts';
import type { Stat } from './packets.ts';

interface IncomingFile {
  readonly stat: Stat;
  readonly mode: number;
  /** Beside its place, until it is complete. */
  readonly temporary: string;
  descriptor?: number;
  bytes: number;
}

/**
 * A directory that somebody else says the content of. Nothing is written but below it: a path is taken only when its directory was announced before, and
 * that is a real directory here, not a link, whatever stood there. Files come into their places whole. Every method throws RuntimeError (InvalidArgument:
 * this cannot be) or what the file system does.
 */
export class ReceivedTree implements Disposable {
  readonly #root: string;
  readonly #directories = new Map<string, { readonly stat: Stat; readonly mode: number }>();
  readonly #seen = new Set<string>();
  readonly #regular = new Set<string>();
  readonly #files = new Map<number, IncomingFile>();
  /** Made when all files are there. */
  readonly #same: Stat[] = [];
  isFinished = false;

  constructor(root: string) {
    this.#root = root;
  }

  /** Whether there is content to ask for. */
  add(id: number, stat: Stat): boolean {
    this.#check(stat.path);
    const { type, mode } = fromGoMode(stat.mode);
    if (type === 'directory') this.#addDirectory(stat, mode);
    else if (type === 'link') this.#addLink(stat);
    else if (type !== 'file')
      throw refused(stat.path, `it is a ${type}, which is made in no directory here; a tar takes it`);
    else if (stat.linkname !== '') this.#addSame(stat);
    else {
      this.#regular.add(stat.path);
      this.#files.set(id, { stat, mode, temporary: this.#beside(stat.path), bytes: 0 });
      return true;
    }
    return false;
  }

  #check(path: string): void {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
      throw refused(path, 'it is no clean relative path');
    }
    const parent = posix.dirname(path);
    if (parent !== '.' && !this.#directories.has(parent))
      throw refused(path, 'what it is in was not announced as a directory');
    if (this.#seen.has(path)) throw refused(path, 'it comes twice');
    this.#seen.add(path);
  }

  #addDirectory(stat: Stat, mode: number): void {
    const path = this.#absolute(stat.path);
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() !== true) {
      if (there !== undefined) unlinkSync(path);
      mkdirSync(path, 0o700);
    }
    this.#directories.set(stat.path, { stat, mode });
  }

  #addLink(stat: Stat): void {
    const temporary = this.#beside(stat.path);
    symlinkSync(stat.linkname, temporary);
    lutimesSync(temporary, seconds(stat), seconds(stat));
    this.#place(temporary, stat.path);
  }

  #addSame(stat: Stat): void {
    if (!this.#regular.has(stat.linkname))
      throw refused(stat.path, `it is the same as ${stat.linkname}, which is no file before it`);
    this.#regular.add(stat.path);
    this.#same.push(stat);
  }

  open(id: number): void {
    const file = this.#file(id);
    file.descriptor = openSync(file.temporary, 'wx', 0o600);
  }

  write(id: number, data: Uint8Array): void {
    const file = this.#file(id);
    const { descriptor, stat } = file;
    if (descriptor === undefined) throw refused(stat.path, 'content comes before it was asked for');
    file.bytes += data.length;
    for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
  }

  complete(id: number): void {
    const file = this.#file(id);
    if (file.descriptor === undefined) throw refused(file.stat.path, 'its end comes before it was asked for');
    if (file.bytes !== file.stat.size) throw torn(file);
    fchmodSync(file.descriptor, file.mode);
    futimesSync(file.descriptor, seconds(file.stat), seconds(file.stat));
    closeSync(file.descriptor);
    delete file.descriptor;
    this.#place(file.temporary, file.stat.path);
    this.#files.delete(id);
  }

  #file(id: number): IncomingFile {
    const file = this.#files.get(id);
    if (file === undefined)
      throw new RuntimeError('Corrupt', `the builder sends content of file ${id}, which nobody asked for`);
    return file;
  }

  /** All files are complete: names for the same file, then modes and times of directories, which writing into them would change. */
  async finish(): Promise<void> {
    this.isFinished = true;
    const slices = new Slices();
    for (const stat of this.#same) {
      const temporary = this.#beside(stat.path);
      linkSync(this.#absolute(stat.linkname), temporary);
      this.#place(temporary, stat.path);
      if (slices.over) await slices.turn();
    }
    for (const [path, { stat, mode }] of [...this.#directories].reverse()) {
      chmodSync(this.#absolute(path), mode);
      utimesSync(this.#absolute(path), seconds(stat), seconds(stat));
      if (slices.over) await slices.turn();
    }
  }

  /** Into its place, where anything may be but a directory with something in it. */
  #place(temporary: string, path: string): void {
    const place = this.#absolute(path);
    try {
      if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === true) rmdirSync(place);
      renameSync(temporary, place);
      // Two names of one file are no rename, but leave both.
      rmSync(temporary, { force: true });
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  #absolute(path: string): string {
    return `${this.#root}/${path}`;
  }

  #beside(path: string): string {
    return posix.join(this.#root, posix.dirname(path), `.tsmoby-${randomUUID()}`);
  }

  /** Closes and takes away what is not complete. */
  [Symbol.dispose](): void {
    for (const { descriptor, temporary } of this.#files.values()) {
      if (descriptor === undefined) continue;
      closeSync(descriptor);
      rmSync(temporary, { force: true });
    }
    this.#files.clear();
  }
}

/** A builder that cannot read a file sends it as an empty one. */
function torn({ stat, bytes }: IncomingFile): RuntimeError {
  const what = `${bytes} bytes of ${stat.size} of ${JSON.stringify(stat.path)}`;
  return new RuntimeError('Corrupt', `the builder sends ${what}`);
}

/** As precise as a double is: some hundred nanoseconds. */
function seconds(stat: Stat): number {
  return Number(stat.modTime) / 1e9;
}

function refused(path: string, why: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `${JSON.stringify(path)} of the result is refused: ${why}`);
}
