import { cp, mkdir, mkdtemp, rm, statfs, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { containerdPaths } from '../runtime/containerd/supervisor-config.ts';
import { buildBusyboxArchive } from '../tools/busybox-image/archive.ts';
import { buildInto } from '../tools/build/bundle.ts';
import { startDaemonProcess, type DaemonProcess } from './daemon-process.ts';
import { countPrograms, type CountedPrograms } from './network/counted-programs.ts';
import { inside, openNetworkNamespace } from './network/namespace.ts';
import { run } from './run.ts';

/** A private daemon, built from this checkout, on directories of its own, with its own containerd and an image at hand. Disposing it removes everything. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  /** Path of the built `tsmoby`. */
  readonly program: string;
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly archive: string;
  readonly containerdSocket: string;
  /** Network namespace of the daemon; absent: the machine's. */
  readonly network?: string;
  /** What the daemon started on the machine; only with `counted`. */
  readonly programs?: CountedPrograms;
  /** Another one after each start. */
  readonly daemon: DaemonProcess;
  /** Ends the daemon; what it made stays. */
  stop(): Promise<void>;
  /** Starts it again on the same directories; resolves when it serves. */
  start(): Promise<void>;
  /** Aborts when the bench is interrupted. */
  readonly signal: AbortSignal;
}

export interface WorldOptions {
  /** The daemon can tell about its event loop, and is a little larger for it. */
  readonly hooked: boolean;
  readonly signal: AbortSignal;
  readonly nodeFlags?: readonly string[];
  /** In a network of its own, with nothing in it but what the daemon makes. */
  readonly ownNetwork?: boolean;
  /** What containers may mount. */
  readonly allowHostPaths?: readonly string[];
  /** More words for `tsmoby daemon`. */
  readonly daemonArguments?: readonly string[];
  /** The daemon's programs write down each of their starts. */
  readonly counted?: boolean;
}

/** Reference of the image in the archive. */
export const IMAGE = 'bench.tsmoby.dev/busybox:v1';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const TEAR_DOWN = fileURLToPath(new URL('./tear-down.ts', import.meta.url));

/** Linux' number of tmpfs (statfs(2)). */
const TMPFS = 0x01021994;

/** Run directories are in memory, as /run is on most machines; the disk where there is no such file system. */
async function temporaryMemory(): Promise<string> {
  for (const path of ['/run', '/dev/shm']) {
    const type = await statfs(path).then(
      ({ type }) => type,
      () => 0,
    );
    if (type === TMPFS) return path;
  }
  return '/tmp';
}

/** Builds the program and puts it into `folder` as npm would; resolves with its path. */
async function install(folder: string): Promise<string> {
  const program = join(folder, 'cli', 'tsmoby');
  await buildInto(ROOT, join(folder, 'dist'));
  await mkdir(join(folder, 'cli'));
  await cp(join(ROOT, 'cli', 'tsmoby'), program);
  // without it Node reads all of a program before it knows what kind of module that is
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return program;
}

/** Builds, starts and waits until requests are served. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp('/tmp/tsm-b-');
  const dataDirectory = join(folder, 'd');
  const runFolder = await mkdtemp(join(await temporaryMemory(), 'tsm-b-'));
  const runDirectory = join(runFolder, 'r');
  const archive = join(folder, 'image', 'busybox.tar');
  await using opening = new AsyncDisposableStack();
  opening.defer(async () => {
    for (const path of [folder, runFolder]) await rm(path, { recursive: true, force: true });
  });
  const network = options.ownNetwork ? opening.use(await openNetworkNamespace(runFolder, 'own')).path : undefined;
  opening.defer(
    async () => void (await run(...inside(network, process.execPath, [TEAR_DOWN, dataDirectory, runDirectory]))),
  );
  const programs = options.counted ? await countPrograms(join(folder, 'counted')) : undefined;
  const program = await install(folder);
  await buildBusyboxArchive({ output: archive, name: IMAGE, config: { cmd: ['sleep', 'infinity'] } });
  const start = (): Promise<DaemonProcess> =>
    startDaemonProcess({
      ...options,
      ...(network === undefined ? {} : { network }),
      ...(programs === undefined ? {} : { env: programs.env }),
      program,
      dataDirectory,
      runDirectory,
      allowHostPaths: [join(folder, 'image'), ...(options.allowHostPaths ?? [])],
      output: join(folder, 'daemon.log'),
    });
  let daemon = await start();
  opening.defer(() => daemon[Symbol.asyncDispose]());
  const opened = opening.move();
  return {
    folder,
    program,
    dataDirectory,
    runDirectory,
    archive,
    containerdSocket: containerdPaths(dataDirectory, runDirectory).socket,
    ...(network === undefined ? {} : { network }),
    ...(programs === undefined ? {} : { programs }),
    get daemon() {
      return daemon;
    },
    stop: async () => daemon[Symbol.asyncDispose](),
    async start() {
      daemon = await start();
    },
    signal: options.signal,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
