import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { socketPathIn, type DaemonOptions } from '../../cli/daemon-options.ts';
import { createHttpClient, type HttpClient } from '../../client/http.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { assertNoLeaks, shimSockets } from './daemon/leaks.ts';
import { openRawContainerd, type RawContainerd } from './daemon/holdings.ts';
import { spawnDaemon, type DaemonProcess, type Surroundings } from './daemon/process.ts';
import { tearDownWhatIsLeft } from './daemon/tear-down.ts';
import { eventually } from './eventually.ts';
import { makeFolder, refuseWhenInterrupted, whenInterrupted } from './interruption.ts';

export interface TestDaemonOptions {
  /** Instead of a containerd of its own. */
  readonly containerd?: string;
  readonly allowHostPath?: readonly string[];
  readonly allowBuildEntitlement?: DaemonOptions['allowBuildEntitlement'];
  /** A Builder `default`, which would find whatever this machine has; default: no. */
  readonly defaultBuilder?: boolean;
  readonly syncDirectories?: readonly string[];
  /** Where it takes webhooks; default: nowhere. */
  readonly webhookListen?: string;
  /** More addresses to listen on, besides the unix socket. */
  readonly listen?: readonly string[];
  /** Called with the folder before the first start: to mount a small disk, say. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** Asked at each start: the network it runs in, and more environment. */
  readonly surroundings?: () => Surroundings;
  /** Its boot id is what stands in `boot` in the folder. */
  readonly ownBoot?: boolean;
  /** Called when nothing is left of it. */
  readonly afterwards?: () => Promise<void>;
}

/** The whole daemon in a process of its own, on private directories. Disposing takes all away and checks that nothing is left. */
export interface TestDaemon extends AsyncDisposable {
  readonly options: DaemonOptions;
  /** Holds the data directory `d`, the run directory `r`, the output `log`, and `boot`. */
  readonly folder: string;
  readonly socketPath: string;
  /** Anew after each start. */
  readonly client: HttpClient;
  /** Of its store, which is its identity in containerd and in cgroups. */
  readonly identity: string;
  readonly running: boolean;
  /** SIGKILL, and gone. */
  kill9(): Promise<void>;
  /** SIGTERM, and gone; resolves with its exit code. */
  stop(): Promise<number | NodeJS.Signals>;
  /** Resolves when it answers requests. */
  start(): Promise<void>;
  containerdPid(): Promise<number>;
  logdPid(): Promise<number>;
  netdPid(): Promise<number>;
  /** containerd behind the daemon's back. */
  readonly containerd: RawContainerd;
  /** Debian's `ctr` in the daemon's namespace; resolves with what it prints. */
  ctr(...args: readonly string[]): Promise<string>;
  /** All it has written so far. */
  output(): Promise<string>;
}

const START_MS = 120_000;
/** For a daemon that was asked to stop. */
const STOP_MS = 120_000;

export async function startTestDaemon(wanted: TestDaemonOptions = {}): Promise<TestDaemon> {
  const folder = await makeFolder('/tmp/tsm-d-');
  const socketsBefore = await shimSockets();
  await wanted.prepare?.(folder);
  const options = optionsIn(folder, wanted);
  const daemon = new Daemon(folder, options, wanted.surroundings);
  const takeAway = whenInterrupted(async () => {
    try {
      await daemon.takeAway(socketsBefore);
    } finally {
      await wanted.afterwards?.();
    }
  });
  try {
    await daemon.start();
  } catch (error) {
    await takeAway();
    throw error;
  }
  return Object.assign(daemon, { [Symbol.asyncDispose]: takeAway });
}

/** What a daemon on the directories of this folder is told. */
export function optionsIn(folder: string, wanted: TestDaemonOptions = {}): DaemonOptions {
  const runDir = join(folder, 'r');
  const {
    containerd,
    allowHostPath = [],
    allowBuildEntitlement = [],
    defaultBuilder = false,
    syncDirectories = [],
  } = wanted;
  const { listen = [], ownBoot = false, webhookListen } = wanted;
  return {
    dataDir: join(folder, 'd'),
    runDir,
    listen: [`unix://${socketPathIn(runDir)}`, ...listen],
    logLevel: 'debug',
    allowHostPath,
    allowBuildEntitlement,
    defaultBuilder,
    syncDirectories,
    nodeName: 'test-machine',
    ...(containerd === undefined ? {} : { containerd }),
    ...(webhookListen === undefined ? {} : { webhookListen }),
    ...(ownBoot ? { bootIdPath: join(folder, 'boot') } : {}),
  };
}

class Daemon {
  readonly folder: string;
  readonly options: DaemonOptions;
  readonly socketPath: string;
  client!: HttpClient;
  identity!: string;
  readonly #surroundings: () => Surroundings;
  #process: DaemonProcess | undefined;
  #containerd: RawContainerd | undefined;

  constructor(folder: string, options: DaemonOptions, surroundings: () => Surroundings = () => ({})) {
    this.folder = folder;
    this.options = options;
    this.#surroundings = surroundings;
    this.socketPath = socketPathIn(options.runDir);
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  get containerd(): RawContainerd {
    this.#containerd ??= openRawContainerd(this.#containerdSocket, this.identity);
    return this.#containerd;
  }

  get #containerdSocket(): string {
    const named = this.options.containerd?.replace('unix://', '');
    return named ?? join(this.options.runDir, 'containerd/containerd.sock');
  }

  async start(): Promise<void> {
    refuseWhenInterrupted();
    const child = await spawnDaemon(this.options, join(this.folder, 'log'), this.#surroundings());
    this.#process = child;
    const connection = { socketPath: this.socketPath };
    this.client = await createHttpClient({ connection, userAgent: 'test/1' });
    await eventually(
      'the daemon answers',
      async () => {
        if (!child.running) throw new Error(`the daemon ended: ${await this.output()}`);
        return this.client.raw('/version').catch(() => sleep(15));
      },
      START_MS,
    );
    const store = await this.client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
    this.identity = store.metadata.uid;
  }

  kill9 = async (): Promise<void> => {
    await this.#end('SIGKILL');
  };

  stop = async (): Promise<number | NodeJS.Signals> => this.#end('SIGTERM');

  async #end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.#process === undefined) return 0;
    if (this.#process.running) this.#process.kill(signal);
    const late = setTimeout(() => this.#process?.kill('SIGKILL'), STOP_MS);
    const ended = await this.#process.ended;
    clearTimeout(late);
    this.client[Symbol.dispose]();
    return ended;
  }

  containerdPid = (): Promise<number> => pidIn(join(this.options.runDir, 'containerd/process.json'));

  logdPid = (): Promise<number> => pidIn(join(this.options.runDir, 'logd/process.json'));

  netdPid = (): Promise<number> => pidIn(join(this.options.runDir, 'netd/process.json'));

  ctr = async (...args: readonly string[]): Promise<string> => {
    const where = ['-a', this.#containerdSocket, '-n', this.containerd.namespace];
    const { stdout } = await promisify(execFile)('ctr', [...where, ...args]);
    return stdout;
  };

  output = async (): Promise<string> => readFile(join(this.folder, 'log'), 'utf8');

  /** Nothing of it may be on the machine afterwards, whatever state it is in now. */
  async takeAway(socketsBefore: ReadonlySet<string>): Promise<void> {
    const { dataDir, runDir } = this.options;
    const { prefix = [] } = this.#surroundings();
    await this.#end('SIGTERM');
    this.#containerd?.[Symbol.dispose]();
    await tearDownWhatIsLeft(this.options, prefix);
    const directories = [dataDir, runDir];
    await assertNoLeaks({ folder: this.folder, directories, identity: this.identity, socketsBefore, prefix });
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function pidIn(record: string): Promise<number> {
  return (JSON.parse(await readFile(record, 'utf8')) as { readonly pid: number }).pid;
}
