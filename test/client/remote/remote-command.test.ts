import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import { ApiError } from '../../../client/client.ts';
import { createHttpClient } from '../../../client/http.ts';
import type { RemoteCommand } from '../../../client/remote/remote-command.ts';
import { exitStatus, openExecServer, SUCCESS, type Script } from '../../support/exec-server.ts';
import { text } from '../../suites/exec.ts';

const PATH = '/apis/x/v1/things/a/exec?command=x';

async function against(
  script: Script,
  body: (open: (signal?: AbortSignal) => Promise<RemoteCommand>) => Promise<void>,
) {
  await using server = await openExecServer(script);
  using client = await createHttpClient({ connection: { socketPath: server.socketPath }, userAgent: 'test/1' });
  await body((signal) => client.remoteCommand(PATH, signal === undefined ? {} : { signal }));
}

test('output, errors and exit code arrive apart from each other', async (t) => {
  const script: Script = async ({ send, end }) => {
    await send(1, 'out');
    await send(2, 'err');
    await end(exitStatus(42));
  };
  await against(script, async (open) => {
    await using command = await open();
    t.deepEqual(await Promise.all([text(command.stdout), text(command.stderr)]), ['out', 'err']);
    t.deepEqual(await command.exited, { exitCode: 42 });
  });
});

test('a stream that the server closes ends before the process does', async (t) => {
  const script: Script = async ({ send, end, next }) => {
    await send(1, 'all');
    await send(255, Buffer.of(1));
    await next();
    await end(SUCCESS);
  };
  await against(script, async (open) => {
    await using command = await open();
    t.is(await text(command.stdout), 'all');
    await command.write(Buffer.from('go'));
    t.deepEqual(await command.exited, { exitCode: 0 });
  });
});

test('input arrives in order and in pieces, then its end; sizes are told', async (t) => {
  const bytes = randomBytes(300_000);
  const script: Script = async ({ next, input, send, end }) => {
    await send(1, (await next())?.toString() ?? '');
    await send(
      2,
      createHash('sha256')
        .update(await input())
        .digest('hex'),
    );
    await end(SUCCESS);
  };
  await against(script, async (open) => {
    await using command = await open();
    await command.resize({ columns: 80, rows: 24 });
    await command.write(bytes);
    await command.closeInput();
    t.is(await text(command.stdout), '\u0004{"Width":80,"Height":24}');
    t.is(await text(command.stderr), createHash('sha256').update(bytes).digest('hex'));
    t.deepEqual(await command.exited, { exitCode: 0 });
    await command.write(Buffer.from('late'));
    await command.closeInput();
  });
});

test('a slow reader holds the server up, and loses nothing', async (t) => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  const script: Script = async ({ raw, send, end }) => {
    for (; sent < 400; sent++) {
      await send(1, chunk);
      while (raw.bufferedAmount > 1024 * 1024) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await end(SUCCESS);
  };
  await against(script, async (open) => {
    await using command = await open();
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.true(sent < 200, `${sent} chunks`);
    t.is((await text(command.stdout)).length, 400 * chunk.length);
    t.deepEqual(await command.exited, { exitCode: 0 });
  });
});

test('who stops reading one stream still hears of the end', async (t) => {
  const script: Script = async ({ send, end }) => {
    for (let n = 0; n < 40; n++) await send(1, Buffer.alloc(64 * 1024));
    await end(exitStatus(3));
  };
  await against(script, async (open) => {
    await using command = await open();
    for await (const _ of command.stdout) break;
    t.deepEqual(await command.exited, { exitCode: 3 });
  });
});

test('a process that could not be started has no exit code but a reason', async (t) => {
  const status = { status: 'Failure', reason: 'InternalError', message: 'no such command', code: 500 };
  await against(
    async ({ end }) => await end(status),
    async (open) => {
      await using command = await open();
      const error = await t.throwsAsync(command.exited, { instanceOf: ApiError });
      t.is(error.message, 'no such command');
    },
  );
});

test('a connection that breaks off is an error, and ends the streams', async (t) => {
  await against(
    async ({ raw, send }) => {
      await send(1, 'half');
      raw.terminate();
    },
    async (open) => {
      await using command = await open();
      t.is(await text(command.stdout), 'half');
      await t.throwsAsync(command.exited, { message: /broke off/ });
    },
  );
});

test('letting go closes the connection', async (t) => {
  const gone = Promise.withResolvers<Buffer | undefined>();
  await against(
    async ({ next }) => gone.resolve(await next()),
    async (open) => {
      const command = await open();
      await command[Symbol.asyncDispose]();
      t.is(await gone.promise, undefined);
      await t.throwsAsync(command.exited);
      t.is(await text(command.stdout), '');
    },
  );
});

test('a signal ends it, before and after the connection', async (t) => {
  await against(
    async ({ next }) => void (await next()),
    async (open) => {
      await t.throwsAsync(open(AbortSignal.abort()), { name: 'AbortError' });
      const controller = new AbortController();
      const command = await open(controller.signal);
      controller.abort();
      await t.throwsAsync(command.exited);
    },
  );
});

test('a refusal is the Status of the answer', async (t) => {
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'BadRequest',
    message: 'container not found ("a")',
    code: 400,
  };
  await using server = await openExecServer(async () => undefined, { refuse: { code: 400, body } });
  using client = await createHttpClient({ connection: { socketPath: server.socketPath }, userAgent: 'test/1' });
  const error = await t.throwsAsync(client.remoteCommand(PATH), { instanceOf: ApiError });
  t.like(error, { message: 'container not found ("a")', code: 400 });
});

test('nobody there is told with the address', async (t) => {
  using client = await createHttpClient({ connection: { socketPath: '/tmp/tsm-nobody' }, userAgent: 'test/1' });
  await t.throwsAsync(client.remoteCommand(PATH), { instanceOf: ApiError, message: /\/tmp\/tsm-nobody/ });
});
