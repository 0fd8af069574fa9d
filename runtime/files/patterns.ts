/**
 * The pattern language of ignore files and of BuildKit's requests for files.
 *
 * A list of patterns is read from top to bottom and the last one that matches counts; one with `!` takes back what former ones said. A pattern that
 * matches a directory matches everything in it. It is the walk that makes this exact: it asks for every path with the answer for its parent, as BuildKit's
 * own does, and there a pattern counts for a directory only when it changes the answer. So `!keep` before nothing was left out says nothing about
 * what is in `keep`, and a later `*.log` in all directories still takes its logs. Who goes another way than BuildKit sends other files than it hashes.
 */
import { posix } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { Affixes } from './affixes.ts';
import { globDepth, globPrefix, globSuffix, matchesGlob, parseGlob, type Glob } from './glob.ts';
import { Reach } from './reach.ts';

/** The answer for a path, to go on from with what is in it: number of the pattern that counts, -1 for none. */
export type PatternAnswer = number;

/** What a walk begins with. */
export const noAnswer: PatternAnswer = -1;

interface Numbered {
  readonly index: number;
  readonly glob: Glob;
}

/** A list of patterns, compiled once. */
export class Patterns {
  readonly #exceptions: boolean[] = [];
  readonly #last = { rule: -1, exception: -1 };
  readonly #reach = { rule: new Reach(), exception: new Reach() };
  readonly #everything: number[] = [];
  readonly #paths = new Map<string, number[]>();
  readonly #beginnings = new Affixes<number>('start');
  readonly #endings = new Affixes<number>('end');
  readonly #names = new Globs();
  readonly #globs = new Globs();

  /** Throws InvalidArgument (ContextUnreadable) for a pattern that is none. */
  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      const trimmed = pattern.trim();
      if (trimmed !== '') this.#add(cleanPath(trimmed));
    }
  }

  #add(pattern: string): void {
    const exception = pattern.startsWith('!');
    const text = exception ? pattern.slice(1) : pattern;
    if (text === '') {
      throw new RuntimeError('InvalidArgument', 'a pattern of nothing but "!"', { reason: 'ContextUnreadable' });
    }
    const index = this.#exceptions.push(exception) - 1;
    const kind = exception ? 'exception' : 'rule';
    this.#last[kind] = index;
    this.#file(text, index, this.#reach[kind]);
  }

  /** Each pattern goes where it is found with the least work: by its whole text, by its ends, and only the rest by trying. */
  #file(text: string, index: number, reach: Reach): void {
    const glob = parseGlob(text);
    const [first, second] = glob;
    if (text === '**') {
      this.#everything.push(index);
      reach.addBeginning('', Infinity, index);
    } else if (glob.length === 1 && first?.type === 'text') {
      this.#addPath(first.text, index);
      reach.addPath(first.text, index);
    } else if (glob.length === 2 && first?.type === 'text' && second?.type === 'rest' && !text.includes('\\')) {
      this.#beginnings.add(first.text, index);
      reach.addBeginning(first.text, Infinity, index);
    } else if (glob.length === 2 && first?.type === 'directories' && second?.type === 'text' && !text.includes('\\')) {
      this.#endings.add(text.slice(2), index);
      if (text[2] === '/') this.#addPath(second.text, index);
      reach.addBeginning('', Infinity, index);
    } else if (first?.type === 'directories' && globDepth(glob.slice(1)) === 0) {
      this.#names.add(glob.slice(1), index);
      reach.addBeginning('', Infinity, index);
    } else {
      this.#globs.add(glob, index);
      reach.addBeginning(globPrefix(glob), globDepth(glob), index);
    }
  }

  #addPath(path: string, index: number): void {
    const there = this.#paths.get(path);
    if (there === undefined) this.#paths.set(path, [index]);
    else there.push(index);
  }

  /** Answer for a path (relative, clean) that is in a directory with this answer. */
  next(path: string, parent: PatternAnswer): PatternAnswer {
    let matched = this.matches(parent);
    if ((matched ? this.#last.exception : this.#last.rule) <= parent) return parent;
    const hits = this.#hits(path, parent);
    if (hits.length > 1) hits.sort((one, other) => one - other);
    let answer = parent;
    for (const index of hits) {
      if (this.#exceptions[index] !== matched) continue;
      matched = !matched;
      answer = index;
    }
    return answer;
  }

  /** What an answer says: the path is one of those that the list means. */
  matches(answer: PatternAnswer): boolean {
    return answer >= 0 && this.#exceptions[answer] === false;
  }

  /** Whether something below a directory with this answer can have another one: if not, there is no need to go into it. */
  canChangeBelow(directory: string, answer: PatternAnswer): boolean {
    return this.#reach[this.matches(answer) ? 'exception' : 'rule'].below(directory, answer);
  }

  /** For a single path: as a walk that comes to it would say. */
  matchesPath(path: string): boolean {
    let answer = noAnswer;
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      answer = this.next(path.slice(0, slash), answer);
    }
    return this.matches(this.next(path, answer));
  }

  /** Patterns after number `floor` that match this very path. */
  #hits(path: string, floor: number): number[] {
    const hits: number[] = [];
    take(hits, this.#everything, floor);
    take(hits, this.#paths.get(path) ?? [], floor);
    take(hits, this.#beginnings.find(path), floor);
    take(hits, this.#endings.find(path), floor);
    this.#globs.find(path, floor, hits);
    const slash = path.lastIndexOf('/');
    if (slash === -1 || path.lastIndexOf('\n', slash) === -1) this.#names.find(path.slice(slash + 1), floor, hits);
    return hits;
  }
}

function take(hits: number[], indexes: readonly number[], floor: number): void {
  for (const index of indexes) if (index > floor) hits.push(index);
}

/** Globs by what a text must begin or end with, so that few of many are tried. */
class Globs {
  readonly #beginnings = new Affixes<Numbered>('start');
  readonly #endings = new Affixes<Numbered>('end');

  add(glob: Glob, index: number): void {
    const beginning = globPrefix(glob);
    if (beginning === '') this.#endings.add(globSuffix(glob), { glob, index });
    else this.#beginnings.add(beginning, { glob, index });
  }

  find(text: string, floor: number, hits: number[]): void {
    this.#try(this.#beginnings.find(text), text, floor, hits);
    this.#try(this.#endings.find(text), text, floor, hits);
  }

  #try(candidates: readonly Numbered[], text: string, floor: number, hits: number[]): void {
    for (const { glob, index } of candidates) if (index > floor && matchesGlob(glob, text)) hits.push(index);
  }
}

/** Shortest form of a path: no `.`, no double or last slashes; `..` only in front. */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
