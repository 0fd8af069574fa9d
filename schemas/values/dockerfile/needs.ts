/** Which stages a target needs, and what of that is no stage of the file. */
import type { Source, Stage } from './stages.ts';

/**
 * What the stage `target` (by name or number; undefined: the last) and the stages that it reaches take from outside, in the order of the file.
 * A stage whose name is a context's needs nothing. Nothing when there is no such stage.
 */
export function needsOf(
  stages: readonly Stage[],
  target: string | undefined,
  isContext: (name: string) => boolean,
): readonly Source[] {
  const links = linkStages(stages, isContext);
  const needed = [...reachable(links, targetOf(stages, target))].toSorted((a, b) => a - b);
  return needed.flatMap((index) => links[index]?.outside ?? []);
}

interface Links {
  /** Places of the links that belong to this, too. */
  readonly others: number[];
  readonly outside: Source[];
}

/** Of all stages, and behind them, of what each triggers in those that build on it: so every source is linked once. */
function linkStages(stages: readonly Stage[], isContext: (name: string) => boolean): readonly Links[] {
  const last = new Map<string, number>();
  for (const [index, { name }] of stages.entries()) if (name !== undefined) last.set(name, index);
  const find = (source: Source): number | undefined =>
    source.type === 'number' ? source.number : last.get(keyOf(source));
  const bases = basesOf(stages);
  const own = stages.map((stage, index): Links => {
    if (stage.name !== undefined && isContext(stage.name)) return { others: [], outside: [] };
    const links = link(stage.sources, find);
    const base = bases[index];
    if (base === undefined) links.outside.unshift(stage.base);
    else links.others.push(base, stages.length + base);
    return links;
  });
  return [...own, ...stages.map(({ triggered }) => link(triggered, find))];
}

/** A base is one of the stages above; COPY and RUN may name any. */
function basesOf(stages: readonly Stage[]): readonly (number | undefined)[] {
  const above = new Map<string, number>();
  return stages.map(({ base, name }, index) => {
    const found = above.get(keyOf(base));
    if (name !== undefined) above.set(name, index);
    return found;
  });
}

const keyOf = (source: Source): string => (source.type === 'name' ? source.name.toLowerCase() : '');

function link(sources: readonly Source[], find: (source: Source) => number | undefined): Links {
  const links: Links = { others: [], outside: [] };
  for (const source of sources) {
    const stage = find(source);
    if (stage === undefined) links.outside.push(source);
    else links.others.push(stage);
  }
  return links;
}

function targetOf(stages: readonly Stage[], target: string | undefined): number {
  if (target === undefined || target === '') return stages.length - 1;
  const named = stages.findLastIndex(({ name }) => name === target.toLowerCase());
  if (named >= 0 || !/^\d+$/.test(target)) return named;
  return Number(target) < stages.length ? Number(target) : -1;
}

function reachable(links: readonly Links[], target: number): ReadonlySet<number> {
  const found = new Set<number>();
  const pending = [target];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const link = links[index];
    if (link === undefined || found.has(index)) continue;
    found.add(index);
    pending.push(...link.others);
  }
  return found;
}
