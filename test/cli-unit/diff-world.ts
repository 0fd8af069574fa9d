import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { servePlans } from '../../cli/daemon/plans.ts';
import type { Manager } from '../../controllers/engine/manager.ts';
import { refOf } from '../../controllers/engine/keys.ts';
import { openCliWorld, type CliWorld, type Run, type RunOptions } from './world.ts';

export const CONFIG = (name: string, data = 'a: "1"'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: {${data}}\n`;
export const SECRET = (values: Readonly<Record<string, string>>): string => {
  const data = Object.entries(values).map(([key, value]) => `${key}: ${Buffer.from(value).toString('base64')}`);
  return `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {${data.join(', ')}}\n`;
};

/** Nobody does anything about a change. */
const plan: Manager['plan'] = async (changes) =>
  changes.map((change) => ({
    ref: 'delete' in change ? change.delete : refOf(change.object),
    because: 'delete' in change ? 'Deleted' : 'Changed',
    action: 'None',
    message: 'nothing is done for the object by itself',
    steps: [],
  }));

/** Temporary files go into a directory that the test can look into. */
export async function openDiffWorld(): Promise<{
  readonly world: CliWorld;
  diff(stdin: string, line?: readonly string[], options?: RunOptions): Promise<Run>;
  apply(stdin: string): Promise<void>;
  left(): Promise<readonly string[]>;
  [Symbol.asyncDispose](): PromiseLike<void>;
}> {
  const world = await openCliWorld();
  servePlans(world.api.server, () => ({ plan }));
  const temporary = join(world.directory, 'tmp');
  await mkdir(temporary);
  return {
    world,
    diff: (stdin, line = [], options = {}) =>
      world.tsmoby(['diff', ...(line.includes('-f') ? [] : ['-f', '-']), ...line], {
        stdin,
        ...options,
        env: { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, ...options.env },
      }),
    async apply(stdin) {
      const { code, stderr } = await world.tsmoby(['apply', '-f', '-'], { stdin });
      if (code !== 0) throw new Error(stderr);
    },
    left: () => readdir(temporary),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** An executable file, for KUBECTL_EXTERNAL_DIFF. */
export async function program({ directory }: CliWorld, text: string): Promise<string> {
  const path = join(directory, 'differ');
  await writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}
