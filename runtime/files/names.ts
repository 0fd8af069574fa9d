/** What is in a directory, by the bytes of the names, as BuildKit compares them: code units would put U+FFFD after what is beyond U+FFFF. */
import { opendirSync, readdirSync } from 'node:fs';
import type { Slices } from './slices.ts';

/** Names that are read, or sorted, without looking at the clock: about a millisecond's worth. */
const run = 2048;

/** For a directory that is not large. Throws what `readdir` throws. */
export function readNames(directory: string): readonly string[] {
  return sortNames(readdirSync(directory));
}

/** For one that is: no slice is longer because of it. */
export async function readManyNames(directory: string, slices: Slices): Promise<readonly string[]> {
  using open = opendirSync(directory, { bufferSize: 256 });
  const runs: string[][] = [];
  let current: string[] = [];
  for (let found = open.readSync(); found !== null; found = open.readSync()) {
    current.push(found.name);
    if (current.length < run) continue;
    runs.push(sortNames(current));
    current = [];
    await slices.turn();
  }
  runs.push(sortNames(current));
  return await mergeAll(runs, slices);
}

async function mergeAll(runs: readonly string[][], slices: Slices): Promise<readonly string[]> {
  let pending = runs;
  while (pending.length > 1) {
    const merged: string[][] = [];
    for (let at = 0; at < pending.length; at += 2)
      merged.push(await merge(pending[at]!, pending[at + 1] ?? [], slices));
    pending = merged;
  }
  return pending[0] ?? [];
}

async function merge(left: readonly string[], right: readonly string[], slices: Slices): Promise<string[]> {
  const merged: string[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (fromLeft < left.length || fromRight < right.length) {
    const takesLeft =
      fromRight >= right.length || (fromLeft < left.length && compareNames(left[fromLeft]!, right[fromRight]!) <= 0);
    merged.push(takesLeft ? left[fromLeft++]! : right[fromRight++]!);
    if (merged.length % run === 0 && slices.over) await slices.turn();
  }
  return merged;
}

/** In place. */
function sortNames(names: string[]): string[] {
  return names.some(hasSurrogates) ? names.sort(compareNames) : names.sort();
}

function hasSurrogates(name: string): boolean {
  return /[\ud800-\udfff]/.test(name);
}

/** By bytes of UTF-8, which is by code points. */
function compareNames(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (one !== other) return rank(one) - rank(other);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points beyond all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
