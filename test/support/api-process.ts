/** An API server in a process of its own: to be killed, measured, and shared with nobody. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestOptions } from 'node:https';
import { readKubeconfig } from '../../client/kubeconfig.ts';
import type { ProcessFacts } from './api-process/entry.ts';
import { makeFolder } from './interruption.ts';

export type { ProcessFacts } from './api-process/entry.ts';

const ENTRY = join(import.meta.dirname, 'api-process/entry.ts');

/** What node:http or node:https need to reach one of the listeners. */
export type Target = Pick<RequestOptions, 'socketPath' | 'host' | 'port' | 'ca' | 'cert' | 'key'>;

export interface Connectable {
  readonly target: Target;
  readonly secure: boolean;
}

export class ApiProcess implements AsyncDisposable {
  readonly directory: string;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async start(): Promise<ApiProcess> {
    const made = new ApiProcess(await makeFolder(join(tmpdir(), 'tsm-p-')));
    try {
      await made.restart();
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
    return made;
  }

  get socketPath(): string {
    return join(this.directory, 's');
  }

  get kubeconfig(): string {
    return join(this.directory, 'kubeconfig');
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the program on the same directory and port; resolves when it listens. */
  async restart(): Promise<void> {
    const child = fork(ENTRY, [this.directory, String(this.#port)], {
      execPath: process.execPath,
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the API server ended with ${String(code)} while it started`);
    });
    const [{ address }] = (await Promise.race([once(child, 'message'), ended])) as [{ readonly address: string }];
    ended.catch(() => undefined);
    this.#port = Number(new URL(address).port);
  }

  /** SIGKILL, and gone. */
  async kill9(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.alive) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** After a garbage collection; throws when the process is not alive. */
  async facts(): Promise<ProcessFacts> {
    const child = this.#child;
    if (child === undefined || !this.alive) throw new Error('the API server is not running');
    const answered = once(child, 'message');
    child.send('facts');
    return ((await answered) as [ProcessFacts])[0];
  }

  get unix(): Connectable {
    return { target: { socketPath: this.socketPath }, secure: false };
  }

  async https(): Promise<Connectable> {
    const { connection } = await readKubeconfig(this.kubeconfig);
    if (!('server' in connection)) throw new Error('the kubeconfig must name an address');
    const { ca, cert, key } = connection as { readonly ca: string; readonly cert: string; readonly key: string };
    return { target: { host: '127.0.0.1', port: this.#port, ca, cert, key }, secure: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill9();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** An agent for many requests at once. */
export const agentFor = ({ secure }: Connectable, maxSockets: number): PlainAgent =>
  new (secure ? TlsAgent : PlainAgent)({ keepAlive: true, maxSockets });
