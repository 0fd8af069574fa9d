import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkout, places } from './places.ts';

/** Of our daemon, whatever the user's shell says. */
const env = { ...process.env, TSMOBY_HOST: `unix://${join(places.run, 'tsmoby.sock')}`, TSMOBY_KUBECONFIG: '' };

/** Runs one command of `tsmoby` in front of the user's eyes, as they would type it. Resolves with the exit code. */
export async function show(...args: readonly string[]): Promise<number> {
  console.log(`\n$ tsmoby ${args.join(' ')}`);
  return run(args, 'inherit');
}

/** The same without showing it. */
export async function quietly(...args: readonly string[]): Promise<number> {
  return run(args, 'ignore');
}

async function run(args: readonly string[], output: 'inherit' | 'ignore'): Promise<number> {
  const child = spawn(process.execPath, [places.tsmoby, ...args], {
    cwd: checkout,
    env,
    stdio: ['ignore', output, output],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
