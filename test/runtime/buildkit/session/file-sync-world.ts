import { readdirSync, readlinkSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import type { RuntimeError } from '../../../../runtime/errors.ts';
import type { ServerMethod } from '../../../../runtime/buildkit/grpc/server.ts';
import { fileSync, type FileSyncOptions } from '../../../../runtime/buildkit/session/file-sync.ts';
import { makeTree, type Leaf, type Tree } from '../../files/tree.ts';
import { memoryCall, type MemoryCall } from './memory-call.ts';
import { receive, type Received, type ReceiverOptions } from './receiver.ts';

/** What serves transfers. */
export function methodOf(options: FileSyncOptions): ServerMethod {
  const method = fileSync(options).get('/moby.filesync.v1.FileSync/DiffCopy');
  if (method === undefined) throw new Error('it is not there');
  return method;
}

type Headers = Readonly<Record<string, readonly string[]>>;

/** A context, and transfers of it. */
export interface World {
  readonly tree: Tree;
  readonly changed: string[];
  readonly failures: RuntimeError[];
  readonly start: (headers?: Headers) => { readonly memory: MemoryCall; readonly ended: Promise<void> };
  readonly transfer: (headers?: Headers, options?: ReceiverOptions) => Promise<Received>;
}

/** A test on a tree of its own. */
export const withTree =
  (leaves: Readonly<Record<string, Leaf>>, run: (t: ExecutionContext, world: World) => Promise<void>) =>
  async (t: ExecutionContext): Promise<void> => {
    await using tree = await makeTree(leaves);
    const [changed, failures]: [string[], RuntimeError[]] = [[], []];
    const start: World['start'] = (headers = {}) => {
      const memory = memoryCall({ 'dir-name': ['context'], ...headers });
      const method = methodOf({
        directories: new Map([['context', tree.path]]),
        onChanged: (directory, path) => changed.push(`${directory}:${path}`),
        onFailure: (_directory, error) => failures.push(error),
      });
      const ended = method(memory.call);
      ended.catch(() => undefined);
      return { memory, ended };
    };
    const transfer: World['transfer'] = async (headers, options) => {
      const { memory, ended } = start(headers);
      const received = await receive(memory, options);
      await ended;
      return received;
    };
    await run(t, { tree, changed, failures, start, transfer });
  };

/** In the order in which they were told. */
export const pathsOf = ({ stats }: Received): readonly string[] => stats.map(({ path }) => path);

/** Open files of this process below a directory. */
export function openBelow(directory: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      return target.startsWith(directory) ? [target] : [];
    } catch {
      return [];
    }
  });
}
