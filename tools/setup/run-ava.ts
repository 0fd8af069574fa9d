/** Starts ava, counts what it reports, and keeps what failed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countTests, failuresIn, type TestCounts } from './test-counts.ts';

const root = join(import.meta.dirname, '../..');

export interface AvaRun {
  readonly counts: TestCounts;
  /** All that was written, when it was not shown at once. */
  readonly text: string;
  /** Each failure with its cause; empty when nothing failed. */
  readonly failures: string;
  readonly seconds: number;
}

export interface AvaOptions {
  /** Program and arguments in front of ava. */
  readonly prefix?: readonly string[];
  /** Passes the output through; otherwise it is answered. */
  readonly shown?: boolean;
}

/** Rejects when ava cannot be started; what fails in it is counted. */
export async function runAva(
  args: readonly string[],
  { prefix = [], shown = false }: AvaOptions = {},
): Promise<AvaRun> {
  const ava = join(root, 'node_modules/.bin/ava');
  if (!existsSync(ava)) throw new Error(`${ava} is missing: run npm ci`);
  const [program = ava, ...words] = [...prefix, ava, ...args];
  const begin = performance.now();
  const child = spawn(program, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let report = '';
  let text = '';
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      if (shown) process[name].write(part);
      else text += part;
      // What tests themselves write goes to stderr.
      if (name === 'stdout') report += part;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const counts = countTests(report, code);
  const failures = counts.failed > 0 ? failuresIn(report) || `ava ended with ${String(code)}` : '';
  return { counts, text, failures, seconds: (performance.now() - begin) / 1000 };
}
