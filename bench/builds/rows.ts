/** How fast builds are, beside the programs that people build with today, on the same BuildKit. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startBuildkitd } from '../../test/support/buildkit/buildkitd.ts';
import { startDockerd } from '../../test/support/buildkit/dockerd.ts';
import type { TestBuilder } from '../../test/support/buildkit/test-builder.ts';
import { makeFolder, whenInterrupted } from '../../test/support/interruption.ts';
import type { BenchRow } from '../row.ts';
import { answers } from '../run.ts';
import { openWorld, type World, type WorldOptions } from '../world.ts';
import { startBuildProcess } from './build-process.ts';
import { buildctlAt, buildxAt, findBuildx, type BuildClient } from './commands.ts';
import { makeContext, makeSparseContext, type ContextSize } from './contexts.ts';
import { benchMemory } from './memory.ts';
import { applyBuilder } from './objects.ts';
import { benchAtOnce, benchSavedFile } from './saved-file.ts';
import { benchTransfers } from './transfers.ts';
import { benchUnchanged } from './unchanged.ts';

export interface BuildSizes {
  readonly buildTurns: number;
  readonly buildContext: ContextSize;
  /** Of the file that is sent while memory is looked at. */
  readonly sentMegabytes: number;
  /** Over a Build that did not change. */
  readonly passes: number;
}

type Options = Pick<WorldOptions, 'signal' | 'nodeFlags'>;

/** Builders that are not there are told as rows; everything else is removed, also when the bench is interrupted. */
export async function* benchBuilds(sizes: BuildSizes, options: Options): AsyncGenerator<BenchRow[]> {
  await using folder = await openFolder();
  const buildx = await findBuildx();
  yield missing(buildx);
  yield await benchUnchanged(sizes.passes, options.signal);
  const contexts = {
    large: await makeContext(join(folder.path, 'large'), sizes.buildContext),
    small: await makeContext(join(folder.path, 'small'), { files: 0, megabytes: 0 }),
    sent: await makeSparseContext(join(folder.path, 'sent'), sizes.sentMegabytes),
  };
  for (const [title, start] of await builders()) {
    options.signal.throwIfAborted();
    const own = join(folder.path, title);
    await mkdir(own);
    await using builder = await start();
    yield* onBuilder({ title, builder, buildx, folder: own, contexts }, sizes, options);
  }
  if (await answers('dockerd', '--version')) {
    yield* inDaemon({ buildx, folder: join(folder.path, 'daemon') }, sizes, options);
  }
}

type Buildx = readonly string[] | undefined;

/** By the names of their rows. */
async function builders(): Promise<ReadonlyMap<string, () => Promise<TestBuilder>>> {
  const binary = process.env['TSMOBY_TEST_BUILDKITD'];
  return new Map([
    ...(binary === undefined ? [] : [['buildkitd', () => startBuildkitd({ binary, worker: 'oci' })] as const]),
    ...((await answers('dockerd', '--version')) ? [['dockerd', () => startDockerd()] as const] : []),
  ]);
}

function missing(buildx: Buildx): BenchRow[] {
  const told = (name: string, note: string): BenchRow => ({ name, value: 0, unit: 'skipped', note });
  const { TSMOBY_TEST_BUILDKITD, TSMOBY_BENCH_BUILDCTL } = process.env;
  return [
    ...(TSMOBY_TEST_BUILDKITD === undefined ? [told('buildkitd', 'TSMOBY_TEST_BUILDKITD names no buildkitd')] : []),
    ...(TSMOBY_BENCH_BUILDCTL === undefined ? [told('buildctl', 'TSMOBY_BENCH_BUILDCTL names no buildctl')] : []),
    ...(buildx === undefined ? [told('docker buildx', "install Debian 13's docker-cli and docker-buildx")] : []),
  ];
}

interface OnBuilder {
  readonly title: string;
  readonly builder: TestBuilder;
  readonly buildx: Buildx;
  readonly folder: string;
  readonly contexts: { readonly large: string; readonly small: string; readonly sent: string };
}

async function* onBuilder(
  { title, builder, buildx, folder, contexts }: OnBuilder,
  { buildTurns, sentMegabytes }: BuildSizes,
  { nodeFlags = [], signal }: Options,
): AsyncGenerator<BenchRow[]> {
  const { endpoint } = builder;
  await using ours = startBuildProcess(nodeFlags, signal);
  const peers: readonly (BuildClient | undefined)[] = [
    buildctlAt(endpoint),
    buildx && (await buildxAt(buildx, endpoint, folder)),
  ];
  const clients = peers.filter((peer) => peer !== undefined);
  yield* benchTransfers({ title, endpoint, ours, clients, contexts, turns: buildTurns, signal });
  yield await benchMemory({ title, endpoint, ours, path: contexts.sent, megabytes: sentMegabytes });
}

/** The whole daemon, and a dockerd that stores in its containerd. */
async function* inDaemon(
  { buildx, folder }: { readonly buildx: Buildx; readonly folder: string },
  { buildTurns: turns, buildContext: size }: BuildSizes,
  { nodeFlags = [], signal }: Options,
): AsyncGenerator<BenchRow[]> {
  await mkdir(folder);
  await using world = await openInterruptible({ hooked: false, nodeFlags, signal, allowHostPaths: [folder] });
  await using builder = await startDockerd({ containerd: world.containerdSocket });
  await applyBuilder(world.daemon.client, builder.endpoint);
  const peer = buildx && (await buildxAt(buildx, builder.endpoint, folder));
  const all = { world, buildx: peer, folder, size, turns, signal };
  yield await benchSavedFile(all);
  yield await benchAtOnce(all);
}

/** As what the tests' builders do when the bench is interrupted, which end the process when they are through. */
async function openInterruptible(options: WorldOptions): Promise<World> {
  const opening = openWorld(options);
  // Also while it opens, which then ends by its signal and takes away what there is.
  const close = whenInterrupted(async () => {
    const world = await opening.catch(() => undefined);
    await world?.[Symbol.asyncDispose]();
  });
  try {
    return Object.create(await opening, { [Symbol.asyncDispose]: { value: close } }) as World;
  } catch (error) {
    await close();
    throw error;
  }
}

async function openFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await makeFolder('/tmp/tsm-bench-');
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
