import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);
const CLI = join(import.meta.dirname, '../../../cli/main.ts');

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command as a person types it; ends with the test. */
function start(t: ExecutionContext, space: Space, args: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, TSMOBY_HOST: `unix://${space.daemon.socketPath}`, NO_COLOR: '1' };
  const child = spawn(process.execPath, [CLI, '-n', space.namespace, ...args], { env });
  child.stdin.on('error', () => undefined);
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function run(t: ExecutionContext, space: Space, args: readonly string[], input?: string): Promise<Ran> {
  const child = start(t, space, args);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stdout, stderr };
}

/** A container that does nothing. */
async function idle(space: Space): Promise<void> {
  await space.container('web', { command: ['sleep', '100000'] });
  await space.running('web');
}

scenario('exec gives output, errors and exit code', async (t, space) => {
  await idle(space);
  t.deepEqual(await run(t, space, ['exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']), {
    code: 3,
    stdout: 'out\n',
    stderr: 'err\ncommand terminated with exit code 3\n',
  });
  t.deepEqual(await run(t, space, ['exec', 'web', '--', 'true']), { code: 0, stdout: '', stderr: '' });
});
