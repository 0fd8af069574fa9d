import type { ExecutionContext } from 'ava';
import { join } from 'node:path';
import { runLine } from '../world.ts';
import { converted, type Converted } from './world.ts';

export const EXAMPLES = join(import.meta.dirname, 'files');

/** What each example needs to be whole. */
export const SURROUNDINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  wordpress: { DB_PASSWORD: 'pa$$word' },
  monitoring: { GRAFANA_ADMIN: 'admin' },
};

/** Converts one of the files in `files/`. */
export async function example(t: ExecutionContext, name: string, args: readonly string[] = []): Promise<Converted> {
  const directory = join(EXAMPLES, name);
  const run = await runLine(['convert', ...args], { cwd: directory, env: SURROUNDINGS[name] ?? {} });
  t.is(run.code, 0, run.stderr);
  return converted(t, run, directory);
}
