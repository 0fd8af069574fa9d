import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a command of a shell on a terminal of this size and tells what it writes, as it writes it. Resolves with its exit code. Debian's `script` makes the
 * terminal: Node cannot.
 */
export async function runInTerminal(
  command: string,
  options: TerminalOptions,
  onOutput: (text: string) => void,
): Promise<number> {
  const { columns, rows, cwd, env } = options;
  const sized = `stty cols ${columns} rows ${rows}; ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--command', sized, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8').on('data', onOutput);
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
