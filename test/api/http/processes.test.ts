import test from 'ava';
import { createHttpClient } from '../../../client/http.ts';
import type { RemoteCommand } from '../../../client/remote/remote-command.ts';
import { neverStarted } from '../../../api/registry/never-started.ts';
import { badRequest, internal, notFound } from '../../../api/status-error.ts';
import { text } from '../../suites/exec.ts';
import { openProcessServer, type ProcessServer } from '../../support/process-server.ts';
import { scriptedProcess, type Program } from '../../support/scripted-process.ts';

const EVERYTHING = 'command=x&stdin=true&stdout=true&stderr=true';
const V4 = 'v4.channel.k8s.io';

const running = (program: Program): Promise<ProcessServer> => openProcessServer(() => scriptedProcess(program));

/** Our own client, which speaks v5. */
async function command(server: ProcessServer, query = EVERYTHING, subresource = 'exec') {
  const stack = new AsyncDisposableStack();
  const { socketPath } = server.raw;
  const client = stack.use(await createHttpClient({ connection: { socketPath }, userAgent: 'test/1' }));
  const open: RemoteCommand = stack.use(await client.remoteCommand(server.path(query, subresource)));
  return Object.assign(open, { [Symbol.asyncDispose]: () => stack.disposeAsync() });
}

const cat: Program = async ({ read, out }) => {
  for (let bytes = await read(); bytes !== undefined; bytes = await read()) await out(bytes);
  return 0;
};

test('a command gets its words in order, and the streams that were asked for', async (t) => {
  await using server = await running(async ({ out, err }) => {
    await out('out');
    await err('err');
    return 3;
  });
  await using process = await command(
    server,
    'command=ls&command=-l&command=%2Fa%20b&container=c&stderr=true&stdout=1',
  );
  t.deepEqual(await Promise.all([text(process.stdout), text(process.stderr)]), ['out', 'err']);
  t.deepEqual(await process.exited, { exitCode: 3 });
  t.deepEqual(server.queries, [
    { command: ['ls', '-l', '/a b'], container: 'c', stdin: false, stdout: true, stderr: true, tty: false },
  ]);
});

test('attach has no command; who names no stream gets the output; a terminal has no stderr', async (t) => {
  await using server = await running(async () => 0);
  await using first = await command(server, '', 'attach');
  await first.exited;
  await using second = await command(server, 'stdin=true&stdout=true&stderr=true&tty=true', 'attach');
  await second.exited;
  t.deepEqual(server.queries, [
    { stdin: false, stdout: true, stderr: true, tty: false },
    { stdin: true, stdout: true, stderr: false, tty: true },
  ]);
});

test('input arrives, its end too, and comes back; sizes reach a terminal', async (t) => {
  await using server = await running(async (inside) => {
    await cat(inside);
    await inside.out(JSON.stringify(inside.sizes));
    return 0;
  });
  await using process = await command(server, 'command=x&stdin=true&stdout=true&tty=true');
  await process.resize({ columns: 80, rows: 24 });
  await process.write(Buffer.from('hello '));
  await process.closeInput();
  t.is(await text(process.stdout), 'hello [{"columns":80,"rows":24}]');
});

test('v4: binary messages, a Status at the end, then a normal close', async (t) => {
  await using server = await running(async ({ out, err }) => {
    await out('o');
    await err('e');
    return 0;
  });
  const { socket, all, closed } = await server.dial(server.path(EVERYTHING), [V4]);
  t.is(socket.protocol, V4);
  const messages = await all;
  t.true(messages.every(({ binary }) => binary));
  t.deepEqual(
    messages.slice(0, -1).map(({ data }) => data.toString()),
    ['\u0001', '\u0001o', '\u0002e'],
  );
  const last = messages.at(-1)?.data;
  t.is(last?.[0], 3);
  t.like(JSON.parse(last?.toString('utf8', 1) ?? ''), { status: 'Success' });
  t.is(await closed, 1000);
});

test('v4.base64: text messages, the channel a digit', async (t) => {
  await using server = await running(async (inside) => {
    await inside.out((await inside.read()) ?? '');
    return 7;
  });
  const { socket, all } = await server.dial(server.path(EVERYTHING), ['v4.base64.channel.k8s.io']);
  socket.send(`0${Buffer.from('in \u0000').toString('base64')}`);
  const messages = await all;
  t.true(messages.every(({ binary }) => !binary));
  const texts = messages.map(({ data }) => data.toString());
  t.deepEqual(texts.slice(0, -1), ['1', `1${Buffer.from('in \u0000').toString('base64')}`]);
  t.like(JSON.parse(Buffer.from(texts.at(-1)?.slice(1) ?? '', 'base64').toString()), {
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  });
});

test('before v4 a failure is a plain text, and no offer means the first protocol', async (t) => {
  await using server = await running(async () => 7);
  for (const offered of [['channel.k8s.io'], []]) {
    const { socket, all } = await server.dial(server.path(EVERYTHING), offered);
    t.is(socket.protocol, offered[0] ?? '');
    const messages = await all;
    t.deepEqual(
      messages.map(({ data }) => data.toString()),
      ['\u0001', '\u0003command terminated with non-zero exit code: 7'],
    );
  }
});

test('the newest protocol of those that are offered is taken', async (t) => {
  await using server = await running(async () => 0);
  const offered = ['base64url.bearer.authorization.k8s.io.eA', 'x.y', V4, 'v5.channel.k8s.io'];
  const { socket, closed } = await server.dial(server.path(EVERYTHING), offered);
  t.is(socket.protocol, 'v5.channel.k8s.io');
  await closed;
});

const HANDSHAKE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'sec-websocket-version': '13',
};

test('what is no WebSocket is refused before any process is', async (t) => {
  await using server = await running(async () => 0);
  const ask = async (method: string, headers: Readonly<Record<string, string>>, query = EVERYTHING) => {
    const { status, json, headers: answered } = await server.raw.request(method, server.path(query), { headers });
    t.is(json['kind'], 'Status');
    return [status, json['message'] as string, answered['connection']] as const;
  };
  t.deepEqual(await ask('GET', {}), [400, 'Upgrade request required', 'close']);
  t.deepEqual(await ask('POST', {}), [400, 'Upgrade request required', 'close']);
  t.is((await ask('GET', { connection: 'Upgrade', upgrade: 'h2c' }))[1], 'Upgrade request required');
  const spdy = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
  const answer = await ask('POST', spdy);
  t.regex(answer[1], /speaks WebSocket, not SPDY: kubectl 1\.31/);
  t.deepEqual(await ask('GET', { ...HANDSHAKE, 'sec-websocket-key': 'short' }), [
    400,
    'missing or invalid Sec-WebSocket-Key header',
    'close',
  ]);
  t.is((await ask('GET', { ...HANDSHAKE, 'sec-websocket-version': '12' }))[0], 400);
  t.regex((await ask('GET', { ...HANDSHAKE, 'sec-websocket-protocol': 'a.b' }))[1], /subprotocols.*\(a\.b\)/);
  t.deepEqual(
    (await ask('GET', HANDSHAKE, 'command=x&stdout=false'))[1],
    'you must specify at least 1 of stdin, stdout, stderr',
  );
  t.deepEqual(
    (await ask('GET', HANDSHAKE, 'stdout=true'))[1],
    'you must specify at least one command for the container',
  );
  t.deepEqual(server.queries, []);
});

test('who may not do it is told so before anything else', async (t) => {
  const seen: string[] = [];
  const authorizer = {
    authorize: ({ verb, resource, subresource }: { verb: string; resource: string; subresource: string }) => {
      if (resource === 'widgets') seen.push(`${verb} ${resource}/${subresource}`);
      return resource === 'widgets' ? { allowed: false as const } : { allowed: true as const };
    },
  };
  await using server = await openProcessServer(() => scriptedProcess(async () => 0), { authorizer });
  const path = server.path('');
  const answers = [
    await server.raw.request('GET', path, { headers: HANDSHAKE }),
    await server.raw.request('POST', path, { headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' } }),
  ];
  t.deepEqual(
    answers.map(({ status }) => status),
    [403, 403],
  );
  t.deepEqual(seen, ['get widgets/exec', 'create widgets/exec']);
  t.deepEqual(server.queries, []);
});

test('who may only get may not talk: a WebSocket begins with a GET, and is more than that', async (t) => {
  const authorizer = {
    authorize: ({ verb, subresource }: { verb: string; subresource: string }) => ({
      allowed: subresource === '' || verb === 'get',
    }),
  };
  await using server = await openProcessServer(() => scriptedProcess(async () => 0), {
    authorizer,
  });
  for (const subresource of ['exec', 'attach']) {
    const answer = await server.raw.request('GET', server.path(EVERYTHING, subresource), { headers: HANDSHAKE });
    t.is(answer.status, 403);
    t.regex(answer.text, new RegExp(`cannot create resource .*widgets/${subresource}`));
  }
  t.deepEqual(server.queries, []);
});

test('an object that is not there is a plain 404, every other refusal is told over the connection', async (t) => {
  const refusals = [
    notFound({ group: 'test.tsmoby.dev', plural: 'widgets' }, 'a'),
    badRequest('container not found ("a")'),
    internal('error executing command in container: no such command'),
  ];
  await using server = await openProcessServer(async () => {
    throw refusals.shift() ?? new Error('too often');
  });
  const missing = await server.raw.request('GET', server.path(EVERYTHING), { headers: HANDSHAKE });
  t.is(missing.status, 404);
  t.is(missing.json['reason'], 'NotFound');
  await using stopped = await command(server);
  await t.throwsAsync(stopped.exited, { message: 'container not found ("a")' });
  await using unknown = await command(server);
  await t.throwsAsync(unknown.exited, { message: /no such command/ });
});

test('a process that was lost is told as such, and the daemon’s log says why', async (t) => {
  await using server = await openProcessServer(() => ({
    ...scriptedProcess(async () => 0),
    exited: neverStarted(new Error('the secret reason')).exited,
  }));
  await using process = await command(server);
  await t.throwsAsync(process.exited, { message: /Internal error occurred: see the log/ });
  t.true(server.raw.log.lines.some(({ fields }) => (fields['err'] as Error).message === 'the secret reason'));
});

test('a client who goes away takes the process with him', async (t) => {
  const gone = Promise.withResolvers<AbortSignal>();
  await using server = await running(async (inside) => {
    gone.resolve(inside.gone);
    await inside.read();
    return 0;
  });
  const { socket } = await server.dial(server.path(EVERYTHING), [V4]);
  const signal = await gone.promise;
  t.false(signal.aborted);
  socket.terminate();
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  t.pass();
});

test('a server that stops says so, and lets go of its processes', async (t) => {
  let left: AbortSignal | undefined;
  const server = await running(async (inside) => {
    left = inside.gone;
    await inside.read();
    return 0;
  });
  const { closed } = await server.dial(server.path(EVERYTHING), [V4]);
  await server[Symbol.asyncDispose]();
  t.is(await closed, 1001);
  t.true(left?.aborted);
});

test('exec counts as an upgrade where requests are counted', async (t) => {
  await using server = await running(async () => 0);
  const { closed } = await server.dial(server.path(EVERYTHING), [V4]);
  await closed;
  const metrics = await server.raw.request('GET', '/metrics');
  t.regex(
    metrics.text,
    /apiserver_request_total\{verb="get",group="test\.tsmoby\.dev",resource="widgets",code="101"\} 1/,
  );
});

test('discovery tells the verbs and the kinds of options', async (t) => {
  await using server = await running(async () => 0);
  const { json } = await server.raw.request('GET', '/apis/test.tsmoby.dev/v1');
  const rows = json['resources'] as readonly Readonly<Record<string, unknown>>[];
  t.deepEqual(
    rows
      .filter(({ name }) => /exec|attach/.test(String(name)))
      .map(({ name, kind, group, version, verbs }) => [name, kind, group, version, verbs]),
    [
      ['widgets/exec', 'PodExecOptions', '', 'v1', ['create', 'get']],
      ['widgets/attach', 'PodAttachOptions', '', 'v1', ['create', 'get']],
    ],
  );
});
