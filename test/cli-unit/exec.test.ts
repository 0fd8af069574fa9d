import test from 'ava';
import { EventEmitter, once } from 'node:events';
import type { Input, TextOutput } from '../../cli/io.ts';
import { exitStatus, openExecServer, SUCCESS, type ExecServer, type Script } from '../support/exec-server.ts';
import { runLine, type Run, type RunOptions } from './world.ts';

const run = async (server: ExecServer, line: readonly string[], options: RunOptions = {}): Promise<Run> =>
  await runLine(['-s', `unix://${server.socketPath}`, ...line], options);

/** What the client sent, message by message, as text. */
async function everything(next: () => Promise<Buffer | undefined>): Promise<string[]> {
  const all: string[] = [];
  for (let message = await next(); message !== undefined; message = await next()) {
    all.push(message.toString('latin1'));
    if (message[0] === 255) break;
  }
  return all;
}

/** A terminal that somebody types on, until the process ends. */
function keyboard(keys: readonly string[]): Input & { readonly modes: boolean[]; destroyed: boolean } {
  const events = new EventEmitter();
  const modes: boolean[] = [];
  const input = {
    isTTY: true,
    modes,
    destroyed: false,
    setRawMode: (raw: boolean) => modes.push(raw),
    destroy: () => {
      input.destroyed = true;
      events.emit('end');
    },
    async *[Symbol.asyncIterator]() {
      for (const key of keys) yield Buffer.from(key);
      if (!input.destroyed) await once(events, 'end');
    },
  };
  return input;
}

test('exec asks for the command and its streams, prints both, and ends with its code', async (t) => {
  await using server = await openExecServer(async ({ send, end }) => {
    await send(1, 'out\n');
    await send(2, 'err\n');
    await end(exitStatus(3));
  });
  const { code, stdout, stderr } = await run(server, [
    'exec',
    'web',
    '-n',
    'shop',
    '-c',
    'web',
    '--',
    'ls',
    '-l',
    '/a b',
  ]);
  t.deepEqual([code, stdout, stderr], [3, 'out\n', 'err\ncommand terminated with exit code 3\n']);
  const [url] = server.urls;
  t.is(url?.pathname, '/apis/tsmoby.dev/v1alpha1/namespaces/shop/containers/web/exec');
  t.deepEqual(
    [...(url?.searchParams ?? [])],
    [
      ['command', 'ls'],
      ['command', '-l'],
      ['command', '/a b'],
      ['container', 'web'],
      ['stdout', 'true'],
      ['stderr', 'true'],
    ],
  );
});

test('exec -i passes on what is piped in, and its end', async (t) => {
  const script: Script = async ({ input, send, end }) => {
    await send(1, await input());
    await end(SUCCESS);
  };
  await using server = await openExecServer(script);
  const { code, stdout } = await run(server, ['exec', '-i', 'container/web', '--', 'cat'], { stdin: 'piped' });
  t.deepEqual([code, stdout], [0, 'piped']);
});

test('exec -it makes the terminal raw, tells its size and its changes, and puts it back', async (t) => {
  let terminal: TextOutput | undefined;
  const script: Script = async ({ next, send, end }) => {
    const first = [await next(), await next()].map(String).toSorted();
    await send(1, first.join(' '));
    terminal = Object.assign(terminal as TextOutput, { columns: 33, rows: 44 });
    terminal.emit('resize');
    await send(1, ` ${(await next())?.toString()}`);
    await end(SUCCESS);
  };
  await using server = await openExecServer(script);
  const stdin = keyboard(['\u0003']);
  const { code, stdout } = await run(server, ['exec', '-it', 'web', '--', 'sh'], {
    stdin,
    columns: 80,
    onTerminal: (output) => void (terminal = output),
  });
  t.is(code, 0);
  t.is(stdout, '\u0000\u0003 \u0004{"Width":80,"Height":24} \u0004{"Width":33,"Height":44}');
  t.deepEqual([stdin.modes, stdin.destroyed], [[true, false], true]);
  t.deepEqual([...(server.urls[0]?.searchParams.keys() ?? [])], ['command', 'stdin', 'stdout', 'tty']);
});

test('exec -it without a terminal says so and goes on without one', async (t) => {
  const script: Script = async ({ next, send, end }) => {
    await send(1, JSON.stringify(await everything(next)));
    await end(SUCCESS);
  };
  await using server = await openExecServer(script);
  const { code, stdout, stderr } = await run(server, ['exec', '-it', 'web', '--', 'sh'], { stdin: 'x' });
  t.deepEqual([code, stdout], [0, JSON.stringify(['\u0000x', '\u00ff\u0000'])]);
  t.is(stderr, 'Unable to use a TTY - input is not a terminal or the right kind of file\n');
  t.true(server.urls[0]?.searchParams.has('stderr'));
  t.is((await run(server, ['exec', '-itq', 'web', '--', 'sh'], { stdin: 'x' })).stderr, '');
});

test('a terminal that broke is put back, and the failure told', async (t) => {
  await using server = await openExecServer(async ({ raw }) => raw.terminate());
  const stdin = keyboard([]);
  const { code, stderr } = await run(server, ['exec', '-it', 'web', '--', 'sh'], { stdin, columns: 80 });
  t.is(code, 1);
  t.regex(stderr, /broke off/);
  t.deepEqual([stdin.modes, stdin.destroyed], [[true, false], true]);
});

test('exec says what is missing', async (t) => {
  await using server = await openExecServer(async () => undefined);
  t.regex(
    (await run(server, ['exec', 'web'])).stderr,
    /^error: you must specify at least one command for the container\n/,
  );
  t.regex((await run(server, ['exec', 'web', 'ls'])).stderr, /Use exec NAME -- COMMAND instead/);
  t.regex((await run(server, ['exec', '--', 'ls'])).stderr, /you must name a container/);
  t.regex((await run(server, ['exec', 'image/web', '--', 'ls'])).stderr, /only containers have processes/);
  t.is(server.urls.length, 0);
});

test('a command that cannot be run, and a container that does not run, are told in the server’s words', async (t) => {
  const status = { status: 'Failure', reason: 'InternalError', message: 'command "x" is not in the image', code: 500 };
  await using server = await openExecServer(async ({ end }) => await end(status));
  const first = await run(server, ['exec', 'web', '--', 'x']);
  t.is(first.code, 1);
  t.regex(first.stderr, /command "x" is not in the image/);
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'BadRequest',
    message: 'container not found ("web")',
    code: 400,
  };
  await using refusing = await openExecServer(async () => undefined, { refuse: { code: 400, body } });
  const second = await run(refusing, ['exec', 'web', '--', 'x']);
  t.deepEqual([second.code, second.stderr], [1, 'Error from server (BadRequest): container not found ("web")\n']);
});

test('Ctrl-C without a terminal ends it with 130', async (t) => {
  const controller = new AbortController();
  const gone = Promise.withResolvers<undefined>();
  await using server = await openExecServer(async ({ next }) => {
    controller.abort();
    gone.resolve((await next()) as undefined);
  });
  const { code } = await run(server, ['exec', 'web', '--', 'sleep', '1'], { signal: controller.signal });
  t.is(code, 130);
  t.is(await gone.promise, undefined, 'the server hears of it');
});

const container = (spec: object): object => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Container',
  metadata: { name: 'web', namespace: 'default', uid: 'u' },
  spec: { image: 'x', restartPolicy: 'Always', ...spec },
});

test('attach shows what comes, and ends with the process', async (t) => {
  const script: Script = async ({ send, end }) => {
    await send(1, 'line\n');
    await end(SUCCESS);
  };
  await using server = await openExecServer(script, { objects: container({}) });
  t.deepEqual(await run(server, ['attach', 'web']), { code: 0, stdout: 'line\n', stderr: '' });
  t.deepEqual([...(server.urls[0]?.searchParams.keys() ?? [])], ['stdout', 'stderr']);
  t.is(server.urls[0]?.pathname.split('/').at(-1), 'attach');
});

test('attach asks for no more than the container has, and says so', async (t) => {
  await using server = await openExecServer(async ({ end }) => await end(SUCCESS), { objects: container({}) });
  const { code, stderr } = await run(server, ['attach', '-it', 'web'], { stdin: keyboard([]), columns: 80 });
  t.is(code, 0);
  t.regex(stderr, /container web has no input: set spec.stdin to true\n.*container web did not allocate one\n/);
  t.deepEqual([...(server.urls[0]?.searchParams.keys() ?? [])], ['stdout', 'stderr']);
});

test('attach -it to a terminal takes keys, and tells how to come back', async (t) => {
  const script: Script = async ({ next, send, end }) => {
    await send(1, [await next(), await next()].map(String).toSorted().join(' '));
    await end(SUCCESS);
  };
  await using server = await openExecServer(script, { objects: container({ stdin: true, tty: true }) });
  const stdin = keyboard(['k']);
  const { stdout, stderr } = await run(server, ['attach', '-it', 'web'], { stdin, columns: 80 });
  t.is(stdout, '\u0000k \u0004{"Width":80,"Height":24}');
  t.is(
    stderr,
    "If you don't see a command prompt, try pressing enter.\nSession ended, resume using 'tsmoby attach web -i -t' command when the container is running\n",
  );
  t.deepEqual(stdin.modes, [true, false]);
});
