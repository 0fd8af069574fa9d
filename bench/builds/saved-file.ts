/** From a saved file to a new image, and many builds at once: the daemon beside buildx on the same BuildKit. */
import { join } from 'node:path';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { World } from '../world.ts';
import { changeFile, makeContext, type ContextSize } from './contexts.ts';
import type { Buildx } from './commands.ts';
import { applyBuild, deleteBuilds, untilBuilt } from './objects.ts';

export interface DaemonBuilds {
  /** Its daemon has the Builder and may read `folder`. */
  readonly world: World;
  /** Undefined: not installed. */
  readonly buildx: Buildx | undefined;
  readonly folder: string;
  readonly size: ContextSize;
  readonly turns: number;
  readonly signal: AbortSignal;
}

/** Each has a copy of the context: ours follows its own, and only that. */
export async function benchSavedFile({
  world,
  buildx,
  folder,
  size,
  turns,
  signal,
}: DaemonBuilds): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const own = await makeContext(join(folder, 'followed'), size);
  const theirs = await makeContext(join(folder, 'saved'), size);
  await untilBuilt(client, { names: ['saved'], number: 1 }, () => applyBuild(client, 'saved', own), signal);
  await buildx?.buildImage(theirs, 'bench:saved');
  const times = { own: [] as number[], theirs: [] as number[] };
  for (let turn = 0; turn <= turns; turn += 1) {
    signal.throwIfAborted();
    const taken = await untilBuilt(client, { names: ['saved'], number: turn + 2 }, () => changeFile(own, turn), signal);
    await changeFile(theirs, turn);
    const beside = await buildx?.buildImage(theirs, 'bench:saved');
    // the first turn only warms up
    if (turn === 0) continue;
    times.own.push(taken);
    if (beside !== undefined) times.theirs.push(beside);
  }
  await deleteBuilds(client);
  return rowsFor('file saved to new image', `${size.files} files + ${size.megabytes} MB`, times);
}

const AT_ONCE = 10;
const SMALL: ContextSize = { files: 100, megabytes: 1 };

/** Contexts with nothing in common, new ones in each turn. */
export async function benchAtOnce({ world, buildx, folder, turns, signal }: DaemonBuilds): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const indexes = [...Array(AT_ONCE).keys()];
  const times = { own: [] as number[], theirs: [] as number[] };
  for (let turn = 0; turn <= turns; turn += 1) {
    signal.throwIfAborted();
    const paths = (whose: string): Promise<string[]> =>
      Promise.all(indexes.map((index) => makeContext(join(folder, whose, `${turn}-${index}`), SMALL)));
    const [own, theirs] = [await paths('own'), await paths('theirs')];
    const names = indexes.map((index) => `at-once-${index}`);
    const applyAll = (): Promise<unknown> =>
      Promise.all(own.map((path, index) => applyBuild(client, names[index] ?? '', path)));
    const taken = await untilBuilt(client, { names, number: 1 }, applyAll, signal);
    await deleteBuilds(client);
    if (turn > 0) times.own.push(taken);
    if (buildx === undefined) continue;
    const begin = performance.now();
    await Promise.all(theirs.map((path, index) => buildx.buildImage(path, `bench:at-once-${index}`)));
    if (turn > 0) times.theirs.push(performance.now() - begin);
  }
  return rowsFor(`${AT_ONCE} builds at once`, `${SMALL.files} files + ${SMALL.megabytes} MB each`, times);
}

interface Times {
  readonly own: readonly number[];
  readonly theirs: readonly number[];
}

function rowsFor(name: string, note: string, { own, theirs }: Times): BenchRow[] {
  const ours = { name: `${name}: tsmoby`, value: round(median(own)), unit: 'ms', note };
  if (theirs.length === 0) return [ours];
  const ratio = round(median(own) / median(theirs), 2);
  return [
    ours,
    {
      name: `${name}: docker buildx`,
      value: round(median(theirs)),
      unit: 'ms',
      note: `tsmoby ${ratio}; goal < 1`,
    },
  ];
}
