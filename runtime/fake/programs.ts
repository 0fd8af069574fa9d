/** What a fake process does, step by step. After the last step it ends with `exitCode`. */
export interface FakeProgram {
  readonly steps: readonly FakeStep[];
  /** Default 0. */
  readonly exitCode?: number;
  /** Signals that do nothing; SIGKILL always kills. Others end it with 128 + n. */
  readonly ignores?: readonly number[];
  /** Writes what it reads, and ends with its input, if it has one. */
  readonly copiesInput?: boolean;
}

export type FakeStep =
  | { readonly type: 'print'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** Absent: for ever. */
  | { readonly type: 'wait'; readonly milliseconds?: number };

const SIGTERM = 15;

/**
 * The small programs that every fake image has: true, false, echo, sleep, httpd, tail, top and a shell that knows these, `exit`, `trap '' TERM`
 * and endless loops, joined by `;` or `&&`. Undefined: no such program.
 */
export function builtinProgram(args: readonly string[]): FakeProgram | undefined {
  const name = (args[0] ?? '').split('/').at(-1);
  if (name === 'sh' || name === 'ash') return args[1] === '-c' ? shell(args[2] ?? '') : forever;
  return simple([name ?? '', ...args.slice(1)]);
}

const forever: FakeProgram = { steps: [{ type: 'wait' }] };

function simple(words: readonly string[]): FakeProgram | undefined {
  const [name, first] = words;
  switch (name) {
    case 'true':
    case ':':
      return { steps: [] };
    case 'false':
      return { steps: [], exitCode: 1 };
    case 'echo':
      return print(words.slice(1));
    case 'sleep':
      return first === 'infinity' ? forever : { steps: [{ type: 'wait', milliseconds: Number(first ?? 0) * 1000 }] };
    case 'cat':
      return { ...forever, copiesInput: true };
    case 'httpd':
    case 'tail':
    case 'top':
      return forever;
    default:
      return undefined;
  }
}

function print(words: readonly string[]): FakeProgram {
  const redirected = words.at(-1) === '>&2' || words.at(-1) === '1>&2';
  const text = (redirected ? words.slice(0, -1) : words).join(' ').replaceAll(/["']/g, '');
  return { steps: [{ type: 'print', stream: redirected ? 'stderr' : 'stdout', text: `${text}\n` }] };
}

function shell(script: string): FakeProgram {
  const steps: FakeStep[] = [];
  const ignores: number[] = [];
  let exitCode = 0;
  for (const statement of script.split(/;|&&|\n/).map((text) => text.trim())) {
    if (statement === '') continue;
    const words = statement.replace(/^exec /, '').split(/\s+/);
    if (words[0] === 'exit') return { steps, ignores, exitCode: Number(words[1] ?? exitCode) };
    if (words[0] === 'while') return { steps: [...steps, { type: 'wait' }], ignores };
    if (words[0] === 'trap') {
      ignores.push(SIGTERM);
      continue;
    }
    const program = simple(words);
    if (program === undefined) {
      const text = `sh: ${words[0]}: not found\n`;
      return { steps: [...steps, { type: 'print', stream: 'stderr', text }], ignores, exitCode: 127 };
    }
    steps.push(...program.steps);
    exitCode = program.exitCode ?? 0;
  }
  return { steps, ignores, exitCode };
}
