/** Starts the programs that set-up needs: argument arrays, no shell, no stdin. */
import { spawn } from 'node:child_process';

/** The program's stdout; rejects with what it wrote to stderr when it does not exit with 0. */
export async function output(
  program: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<string> {
  const child = spawn(program, args, { ...options, env: aptEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const collected = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (collected.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (collected.stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    const said = `${collected.stderr}\n${collected.stdout}`.trim().split('\n').slice(-8).join('\n');
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`);
  }
  return collected.stdout;
}

/** Nothing asks questions, and messages are in the language that we parse. */
function aptEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', NEEDRESTART_SUSPEND: '1' };
}
