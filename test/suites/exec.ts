/** What exec must do in every Containers port. Run by the real containerd adapter and by the fake. */
import type { ExecutionContext, TestFn } from 'ava';
import type { ExecProcess, ExecRequest } from '../../runtime/ports/containers.ts';
import { eventually } from '../support/eventually.ts';
import { inBatches, instanceSpec, rejects, type ContainersFactory, type ContainersHarness } from './containers.ts';

const FOREVER = ['sleep', 'infinity'];
const KILLED = 137;

/** What a process said and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Reads both streams to their ends, then asks for the exit code. */
export async function ended(process: ExecProcess): Promise<Ended> {
  const [stdout, stderr] = await Promise.all([text(process.stdout), text(process.stderr)]);
  const { exitCode } = await process.exited;
  return { stdout, stderr, exitCode };
}

export async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

interface World extends ContainersHarness {
  /** Starts a process in the instance `a`; disposed of at the end of the test, if not before. */
  readonly exec: (args: readonly string[], request?: Partial<ExecRequest>) => Promise<ExecProcess>;
}

export function execSuite(test: TestFn, name: string, factory: ContainersFactory): void {
  const row = (title: string, body: (t: ExecutionContext, world: World) => Promise<void>): void => {
    test(`exec, ${name}: ${title}`, async (t) => {
      await using harness = await factory();
      await using stack = new AsyncDisposableStack();
      let processes = 0;
      await harness.containers.create(instanceSpec('a', harness.root, FOREVER));
      await harness.containers.start('a', await harness.stdio('a'));
      const exec: World['exec'] = async (args, request = {}) => {
        const execId = `p${processes++}`;
        const all = { execId, args, terminal: false, stdin: false, ...request };
        return stack.use(await harness.containers.exec('a', all));
      };
      await body(t, { ...harness, exec });
    });
  };

  row('output, errors and exit code arrive apart from each other', async (t, { exec }) => {
    const process = await exec(['sh', '-c', 'echo out; echo err >&2; exit 42']);
    t.deepEqual(await ended(process), { stdout: 'out\n', stderr: 'err\n', exitCode: 42 });
  });

  row('a process that says nothing ends with its code', async (t, { exec }) => {
    t.deepEqual(await ended(await exec(['true'])), { stdout: '', stderr: '', exitCode: 0 });
    t.deepEqual(await ended(await exec(['false'])), { stdout: '', stderr: '', exitCode: 1 });
  });

  row('nobody need read the output to learn the exit code', async (t, { exec }) => {
    t.deepEqual(await (await exec(['echo', 'unread'])).exited, { exitCode: 0 });
  });

  row('input comes back from cat, which ends with it', async (t, { exec }) => {
    const process = await exec(['cat'], { stdin: true });
    await process.write(Buffer.from('one '));
    await process.write(Buffer.from('two'));
    await process.closeInput();
    t.deepEqual(await ended(process), { stdout: 'one two', stderr: '', exitCode: 0 });
  });

  row('without input a process reads its end at once', async (t, { exec }) => {
    const process = await exec(['cat']);
    await process.write(Buffer.from('ignored'));
    t.deepEqual(await ended(process), { stdout: '', stderr: '', exitCode: 0 });
  });

  row('input after the end is ignored, and so is a second end', async (t, { exec }) => {
    const process = await exec(['cat'], { stdin: true });
    await process.closeInput();
    await process.closeInput();
    await process.write(Buffer.from('late'));
    t.deepEqual(await ended(process), { stdout: '', stderr: '', exitCode: 0 });
    await process.write(Buffer.from('later'));
    await process.closeInput();
    await process.resize({ columns: 10, rows: 10 });
  });

  row('a terminal has one stream', async (t, { exec }) => {
    const process = await exec(['sh', '-c', 'echo out; echo err >&2'], { terminal: true });
    await process.resize({ columns: 80, rows: 24 });
    const { stdout, stderr, exitCode } = await ended(process);
    t.deepEqual([stdout.replaceAll('\r', ''), stderr, exitCode], ['out\nerr\n', '', 0]);
  });

  row('the end of a terminal’s input ends what reads it', async (t, { exec }) => {
    const process = await exec(['cat'], { terminal: true, stdin: true });
    await process.write(Buffer.from('line\n'));
    await process.closeInput();
    const { stdout, exitCode } = await ended(process);
    t.regex(stdout, /^line\r?\n/);
    t.is(exitCode, 0);
  });

  row('letting go kills it', async (t, { exec, containers }) => {
    const process = await exec(['sleep', '1000'], { execId: 'again' });
    await process[Symbol.asyncDispose]();
    t.deepEqual(await process.exited, { exitCode: KILLED });
    t.is(await text(process.stdout), '');
    await process[Symbol.asyncDispose]();
    t.is((await containers.get('a'))?.task?.status, 'running', 'only that process');
    t.is((await ended(await exec(['true'], { execId: 'again' }))).exitCode, 0, 'its id is free again');
  });

  row('the end of the container takes it along', async (t, { exec, containers }) => {
    const process = await exec(['sleep', '1000']);
    await containers.kill('a', 9, { all: true });
    t.deepEqual(await ended(process), { stdout: '', stderr: '', exitCode: KILLED });
  });

  row('deleting the instance takes it along', async (t, { exec, containers }) => {
    const process = await exec(['sleep', '1000']);
    await containers.delete('a');
    t.deepEqual(await process.exited, { exitCode: KILLED });
    t.is(await text(process.stdout), '');
  });

  row('a command that is not there is InvalidArgument, and says which', async (t, { exec, containers }) => {
    for (const command of ['no-such-command', '/no/such/command']) {
      await rejects(t, exec([command]), 'InvalidArgument');
      await t.throwsAsync(exec([command]), { message: new RegExp(`command "${command}" is not in the image`) });
    }
    t.is((await containers.get('a'))?.task?.status, 'running');
  });

  row('an id is used once at a time', async (t, { exec }) => {
    await exec(['sleep', '1000'], { execId: 'same' });
    await rejects(t, exec(['true'], { execId: 'same' }), 'AlreadyExists');
    t.is((await ended(await exec(['true']))).exitCode, 0);
  });

  row('an instance that does not run is FailedPrecondition', async (t, { exec, containers }) => {
    await containers.kill('a', 9);
    await eventually('it stops', async () =>
      (await containers.get('a'))?.task?.status === 'stopped' ? true : undefined,
    );
    await rejects(t, exec(['true']), 'FailedPrecondition');
    await containers.deleteTask('a');
    await rejects(t, exec(['true']), 'FailedPrecondition');
  });

  row('an instance that is not there is NotFound', async (t, { containers }) => {
    const request = { execId: 'x', args: ['true'], terminal: false, stdin: false };
    await rejects(t, containers.exec('gone', request), 'NotFound');
    await containers.resize('gone', { columns: 80, rows: 24 });
  });

  row('an aborted start is Cancelled', async (t, { containers }) => {
    const request = { execId: 'x', args: ['true'], terminal: false, stdin: false };
    await rejects(t, containers.exec('a', request, AbortSignal.abort()), 'Cancelled');
  });

  row('thirty at once do not mix', async (t, { exec }) => {
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    await inBatches(numbers, 30, async (n) => {
      const process = await exec(['cat'], { stdin: true });
      await process.write(Buffer.from(`input of ${n}`));
      await process.closeInput();
      t.deepEqual(await ended(process), { stdout: `input of ${n}`, stderr: '', exitCode: 0 });
    });
  });

  row('a sweep leaves alone what somebody talks to', async (t, { exec, containers }) => {
    const process = await exec(['cat'], { stdin: true });
    t.deepEqual(await containers.sweep(), []);
    await process.write(Buffer.from('still here'));
    await process.closeInput();
    t.is((await ended(process)).stdout, 'still here');
  });
}
