/** LLB, BuildKit's own language: a graph of operations, each of which names its inputs by their digests. */
import { createHash } from 'node:crypto';
import { mapEntries, message, texts } from './wire.ts';

/** An output of an operation; undefined is the empty file system. */
export type State = { readonly digest: string; readonly output: number } | undefined;

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Input of an action that is no input. */
const NONE = -1;

/** Collects operations. The same operation is there once. */
export class Graph {
  readonly #operations = new Map<string, Uint8Array>();
  readonly #names = new Map<string, string>();

  /** Files or an image from outside: `local://context`, `docker-image://…`, `oci-layout://…`. */
  source(identifier: string, attributes: Readonly<Record<string, string>>, name: string): State {
    const source = message([1, identifier], [2, mapEntries(Object.entries(attributes))]);
    return this.#add(message([3, source]), 0, name);
  }

  /** Copies what a path (wildcards allowed) of one state stands for into another. */
  copy(base: State, from: State, options: { source: string; to: string; mode?: number }, name: string): State {
    const inputs = [base, from].filter((state) => state !== undefined);
    const { source, to, mode = NONE } = options;
    const copy = message(
      [1, absolute(source)],
      [2, absolute(to)],
      [4, mode],
      [5, true],
      [6, true],
      [8, true],
      [9, true],
      [11, NONE],
    );
    const action = message([1, base === undefined ? NONE : 0], [2, inputs.length - 1], [4, copy]);
    return this.#add(message([1, inputs.map(input)], [4, message([2, [action]])]), 0, name);
  }

  /** Writes a file; directories on the way are made. */
  write(base: State, { path, content, mode }: { path: string; content: string; mode: number }, name: string): State {
    const folder = absolute(path).replace(/\/[^/]*$/, '');
    const makeFolder = message(
      [1, base === undefined ? NONE : 0],
      [2, NONE],
      [3, NONE],
      [6, message([1, folder], [2, 0o755], [3, true], [5, NONE])],
    );
    const inputs = base === undefined ? [] : [base];
    // The first action's result is the input after those from outside.
    const before = folder === '' ? (base === undefined ? NONE : 0) : inputs.length;
    const makeFile = message(
      [1, before],
      [2, NONE],
      [5, message([1, absolute(path)], [2, mode], [3, content], [5, NONE])],
    );
    const actions = folder === '' ? [makeFile] : [makeFolder, makeFile];
    return this.#add(message([1, inputs.map(input)], [4, message([2, actions])]), 0, name);
  }

  /** Runs a process in the state and answers what it left. */
  run(
    base: State,
    options: { args: readonly string[]; env: readonly string[]; cwd: string; user: string; network: boolean },
    name: string,
  ): State {
    const { args, env, cwd, user, network } = options;
    const environment = env.some((entry) => entry.startsWith('PATH=')) ? env : [...env, DEFAULT_PATH];
    const meta = message([1, texts(args)], [2, texts(environment)], [3, cwd], [4, user]);
    const root = message([1, base === undefined ? NONE : 0], [3, '/']);
    const exec = message([1, meta], [2, [root]], [3, network ? 0 : 2]);
    return this.#add(message([1, base === undefined ? [] : [input(base)]], [2, exec]), 0, name);
  }

  /** The bytes of a `pb.Definition` whose result is this state. */
  definition(state: NonNullable<State>): Uint8Array {
    const last = message([1, [input(state)]]);
    const metadata = [...this.#names].map(([digest, name]): readonly [string, Uint8Array] => [
      digest,
      message([2, mapEntries([['llb.customname', name]])]),
    ]);
    return message([1, [...this.#operations.values(), last]], [2, mapEntries(metadata)]);
  }

  #add(operation: Uint8Array, output: number, name: string): NonNullable<State> {
    const digest = `sha256:${createHash('sha256').update(operation).digest('hex')}`;
    this.#operations.set(digest, operation);
    this.#names.set(digest, name);
    return { digest, output };
  }
}

const input = (state: NonNullable<State>): Uint8Array => message([1, state.digest], [2, state.output]);
const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path.replace(/^\.\/?/, '')}`);
