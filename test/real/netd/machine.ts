/** A private netd in a network namespace of its own, in which all of 127.0.0.0/8 and every port is free. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createProcesses } from '../../../runtime/host/processes.ts';
import { endNetd } from '../../../runtime/netd/end-netd.ts';
import { openNetd, type NetdOptions, type OpenNetd } from '../../../runtime/netd/open-netd.ts';
import type { ProcessIdentity, Processes } from '../../../runtime/ports/processes.ts';
import { temporaryDirectory } from '../../runtime/host/temporary.ts';
import { whenInterrupted } from '../../support/interruption.ts';
import type { Acts } from './inside.ts';

export interface Inside extends AsyncDisposable {
  /** Does it inside of the namespace. */
  readonly do: <A extends keyof Acts>(what: A, args: Parameters<Acts[A]>[0]) => Promise<Awaited<ReturnType<Acts[A]>>>;
  readonly pid: number;
}

export interface NetdMachine extends AsyncDisposable {
  readonly inside: Inside;
  readonly opened: OpenNetd;
  readonly options: NetdOptions;
  readonly processes: Processes;
  /** The netd that runs now. */
  identity(): Promise<ProcessIdentity>;
  /** Names the machine's resolvers. */
  setResolvers(...addresses: readonly string[]): Promise<void>;
}

const silent = { info: () => undefined, warn: () => undefined };

export async function openMachine(more: Partial<NetdOptions> = {}): Promise<NetdMachine> {
  await using opening = new AsyncDisposableStack();
  const directory = opening.use(await temporaryDirectory());
  const inside = opening.use(await openInside());
  // so that the program that is started is Node in that namespace
  const node = join(directory.path, 'node');
  const enter = `exec nsenter --net=/proc/${inside.pid}/ns/net -- '${process.execPath}' "$@"`;
  await writeFile(node, `#!/bin/sh\n${enter}\n`, { mode: 0o700 });
  const resolvConf = join(directory.path, 'resolv.conf');
  await writeFile(resolvConf, '');
  const processes = createProcesses({ bootId: 'this boot' });
  const runDirectory = join(directory.path, 'run');
  const host = createHost({ runDirectory });
  const options: NetdOptions = {
    runDirectory,
    processes,
    log: silent,
    node,
    resolvConf,
    exec: async () => await Promise.reject(new RuntimeError('NotFound', 'nothing runs here')),
    openNetwork: (pid) => host.openNetwork(pid),
    ...more,
  };
  const end = whenInterrupted(() => endNetd(options));
  opening.defer(end);
  const opened = opening.use(await openNetd(options));
  const machine = opening.move();
  return {
    inside,
    opened,
    options,
    processes,
    identity: async () =>
      JSON.parse(await readFile(join(options.runDirectory, 'netd/process.json'), 'utf8')) as ProcessIdentity,
    async setResolvers(...addresses) {
      await writeFile(resolvConf, addresses.map((address) => `nameserver ${address}\n`).join(''));
    },
    [Symbol.asyncDispose]: () => machine.disposeAsync(),
  };
}

/** `enter`: a program that leads into the namespace, and its words. */
export async function openInside(enter: readonly [string, ...string[]] = ['unshare', '--net']): Promise<Inside> {
  const program = join(import.meta.dirname, 'inside.ts');
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  const [way, ...words] = enter;
  const child: ChildProcess = spawn(way, [...words, process.execPath, program], { stdio: [...stdio] });
  const exited = once(child, 'exit');
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  await once(child, 'message');
  child.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  let last = 0;
  return {
    pid: child.pid ?? 0,
    async do(what, args) {
      const id = ++last;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      child.send({ id, what, args });
      return (await answer.promise) as never;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
