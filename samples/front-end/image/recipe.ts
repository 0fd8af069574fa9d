/** The syntax: what a recipe may say, and where it is wrong. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';

export type Step =
  | {
      readonly type: 'copy';
      readonly source: string;
      readonly context: string;
      readonly to: string;
      readonly mode?: number;
    }
  | { readonly type: 'write'; readonly path: string; readonly content: string; readonly mode: number }
  | { readonly type: 'run'; readonly args: readonly string[]; readonly network: boolean };

export interface Recipe {
  /** `scratch`, or the reference of an image. */
  readonly from: string;
  /** Patterns of files of the context that take no part. */
  readonly ignore: readonly string[];
  readonly steps: readonly Step[];
  readonly config: {
    readonly entrypoint?: readonly string[];
    readonly command?: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly workingDir?: string;
    readonly user?: string;
    readonly ports: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** A mistake in a recipe. `line` counts from 1. */
export class RecipeError extends Error {
  override readonly name = 'RecipeError';
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Reads a recipe. `${NAME}` in texts becomes the build argument of that name. Throws RecipeError. */
export function readRecipe(text: string, args: Readonly<Record<string, string>>): Recipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new RecipeError(lines.linePos(problem.pos[0]).line, problem.message.split('\n')[0] ?? '');
  const reader = new Reader(lines, args);
  const root = reader.map(document.contents, 'the recipe', ['from', 'ignore', 'steps', 'config']);
  const config = reader.map(root.get('config'), 'config', CONFIG_FIELDS);
  const entrypoint = config.has('entrypoint')
    ? { entrypoint: reader.list(config.get('entrypoint'), 'entrypoint') }
    : {};
  const command = config.has('command') ? { command: reader.list(config.get('command'), 'command') } : {};
  const workingDir = config.has('workingDir')
    ? { workingDir: reader.text(config.get('workingDir'), 'workingDir') }
    : {};
  const user = config.has('user') ? { user: reader.text(config.get('user'), 'user') } : {};
  return {
    from: reader.text(root.get('from'), 'from'),
    ignore: reader.list(root.get('ignore'), 'ignore'),
    steps: reader.items(root.get('steps'), 'steps').map((step) => readStep(reader, step)),
    config: {
      env: reader.texts(config.get('env'), 'env'),
      ports: reader.list(config.get('ports'), 'ports'),
      labels: reader.texts(config.get('labels'), 'labels'),
      ...entrypoint,
      ...command,
      ...workingDir,
      ...user,
    },
  };
}

const CONFIG_FIELDS = ['entrypoint', 'command', 'env', 'workingDir', 'user', 'ports', 'labels'];
const DEFAULT_MODE = 0o644;

function readStep(reader: Reader, node: Node | null | undefined): Step {
  const step = reader.map(node, 'a step', ['copy', 'write', 'run', 'network']);
  if (step.has('copy')) {
    const copy = reader.map(step.get('copy'), 'copy', ['source', 'context', 'to', 'mode']);
    const mode = copy.has('mode') ? { mode: reader.mode(copy.get('mode')) } : {};
    const context = copy.has('context') ? reader.text(copy.get('context'), 'context') : 'context';
    const [source, to] = [
      reader.text(copy.get('source'), 'source', copy.node),
      reader.text(copy.get('to'), 'to', copy.node),
    ];
    return { type: 'copy', source, context, to, ...mode };
  }
  if (step.has('write')) {
    const write = reader.map(step.get('write'), 'write', ['path', 'content', 'mode']);
    const mode = write.has('mode') ? reader.mode(write.get('mode')) : DEFAULT_MODE;
    const path = reader.text(write.get('path'), 'path', write.node);
    return { type: 'write', path, content: reader.text(write.get('content'), 'content', write.node), mode };
  }
  if (step.has('run')) {
    const run = step.get('run');
    const args = isScalar(run) ? ['/bin/sh', '-c', reader.text(run, 'run')] : reader.list(run, 'run');
    const network = !step.has('network') || reader.text(step.get('network'), 'network') !== 'none';
    return { type: 'run', args, network };
  }
  throw new RecipeError(reader.lineOf(node), 'a step is one of copy, write and run');
}

type Fields = ReadonlyMap<string, Node | null | undefined> & { readonly node?: Node };

class Reader {
  readonly #lines: LineCounter;
  readonly #args: Readonly<Record<string, string>>;

  constructor(lines: LineCounter, args: Readonly<Record<string, string>>) {
    this.#lines = lines;
    this.#args = args;
  }

  lineOf(node: Node | null | undefined): number {
    return node?.range ? this.#lines.linePos(node.range[0]).line : 1;
  }

  /** The fields of a mapping; none when it is absent. */
  map(node: Node | null | undefined, what: string, known: readonly string[]): Fields {
    if (node === undefined || node === null) return new Map();
    if (!isMap(node)) throw new RecipeError(this.lineOf(node), `${what} must be a mapping`);
    const entries = node.items.map((pair) => {
      const { key, value } = pair as Pair<Node, Node | null>;
      const name = isScalar(key) ? String(key.value) : '';
      if (!known.includes(name)) {
        throw new RecipeError(this.lineOf(key), `${what} has no field "${name}"; there is ${known.join(', ')}`);
      }
      return [name, value] as const;
    });
    return Object.assign(new Map(entries), { node });
  }

  items(node: Node | null | undefined, what: string): readonly (Node | null)[] {
    if (node === undefined || node === null) return [];
    if (!isSeq(node)) throw new RecipeError(this.lineOf(node), `${what} must be a list`);
    return node.items as (Node | null)[];
  }

  list(node: Node | null | undefined, what: string): readonly string[] {
    return this.items(node, what).map((item) => this.text(item, what));
  }

  texts(node: Node | null | undefined, what: string): Readonly<Record<string, string>> {
    if (node === undefined || node === null) return {};
    if (!isMap(node)) throw new RecipeError(this.lineOf(node), `${what} must be a mapping`);
    const pairs = node.items as unknown as readonly Pair<Node, Node | null>[];
    return Object.fromEntries(pairs.map(({ key, value }) => [this.text(key, what), this.text(value, what)]));
  }

  text(node: Node | null | undefined, what: string, parent?: Node): string {
    if (!isScalar(node) || node.value === null)
      throw new RecipeError(this.lineOf(node ?? parent), `${what} is missing`);
    const written = typeof node.value === 'string' ? node.value : (node.source ?? '');
    return written.replace(/\$\{(\w+)\}/g, (all, name: string) => this.#args[name] ?? all);
  }

  /** Octal, as chmod has it. */
  mode(node: Node | null | undefined): number {
    const source = isScalar(node) ? (node.source ?? '') : '';
    const digits = /^(?:0o?)?([0-7]{1,4})$/.exec(source)?.[1];
    if (digits === undefined)
      throw new RecipeError(this.lineOf(node), `mode ${source} is not octal: write it like 0755`);
    return Number.parseInt(digits, 8);
  }
}
