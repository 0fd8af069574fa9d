import test, { type ExecutionContext } from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import { Content, WriteAction } from '../../../proto/gen/containerd/content_pb.ts';
import { Leases } from '../../../proto/gen/containerd/leases_pb.ts';
import { openChannel } from '../../../proto/grpc/channel.ts';
import { createClient } from '../../../proto/grpc/client.ts';
import { GrpcError, type GrpcCode } from '../../../proto/grpc/error.ts';
import { probe } from '../../../proto/grpc/probe.ts';
import { eventually } from '../../support/eventually.ts';
import { bidi, failure, serverStream, startServer, unary, type Handlers } from './echo-server.ts';

async function withServer(handlers: Handlers) {
  const server = await startServer([Leases, Content], handlers);
  const channel = openChannel(server.target, { headers: { 'x-channel': 'one' } });
  return {
    server,
    channel,
    leases: createClient(Leases, channel),
    content: createClient(Content, channel),
    [Symbol.asyncDispose]: async () => {
      channel.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function failsWith(t: ExecutionContext, call: Promise<unknown>, code: GrpcCode): Promise<GrpcError> {
  const error = await t.throwsAsync(call, { instanceOf: GrpcError });
  t.is(error?.code, code, error?.message);
  if (error === undefined) throw new Error('it did not fail');
  return error;
}

const drain = async (messages: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of messages);
};

const hang = unary(() => new Promise<never>(() => undefined));

test('a call takes plain values and gives typed messages, with the headers of channel and call', async (t) => {
  let seen: unknown;
  await using world = await withServer({
    'Leases.create': unary((request: { id: string; labels: Record<string, string> }, metadata) => {
      seen = metadata.getMap();
      return { lease: { id: request.id, labels: request.labels } };
    }),
  });
  const leases = createClient(Leases, world.channel.withHeaders({ 'containerd-lease': 'two' }));
  const { lease } = await leases.create({ id: 'a', labels: { b: 'c' } }, { headers: { 'x-call': 'three' } });
  t.is(lease?.id, 'a');
  t.deepEqual(lease?.labels, { b: 'c' });
  t.like(seen, { 'x-channel': 'one', 'containerd-lease': 'two', 'x-call': 'three' });
});

test('an error keeps code and text and names the method', async (t) => {
  await using world = await withServer({
    'Leases.delete': unary(() => {
      throw failure('NOT_FOUND', 'lease "a": not found');
    }),
  });
  const error = await failsWith(t, world.leases.delete({ id: 'a' }), 'NOT_FOUND');
  t.is(error.details, 'lease "a": not found');
  t.is(error.method, 'containerd.services.leases.v1.Leases/Delete');
  t.false(error.cancelledByUs);
});

test('an aborted signal ends a call, before and while it is under way', async (t) => {
  await using world = await withServer({ 'Leases.list': hang });
  const reason = new Error('enough');
  const before = await failsWith(t, world.leases.list({}, { signal: AbortSignal.abort(reason) }), 'CANCELLED');
  t.is(before.cause, reason);
  const controller = new AbortController();
  const call = world.leases.list({}, { signal: controller.signal });
  await sleep(20);
  controller.abort(reason);
  const during = await failsWith(t, call, 'CANCELLED');
  t.is(during.cause, reason);
  t.true(during.cancelledByUs);
});

test('a call that takes too long is DEADLINE_EXCEEDED', async (t) => {
  await using world = await withServer({ 'Leases.list': hang });
  await failsWith(t, world.leases.list({}, { deadline: 30 }), 'DEADLINE_EXCEEDED');
});

test('a stream gives every message in order, and its error after them', async (t) => {
  await using world = await withServer({
    'Content.read': serverStream((call) => {
      for (let n = 0; n < 100; n++) call.write({ offset: BigInt(n) });
      call.emit('error', failure('DATA_LOSS', 'broken'));
    }),
  });
  const offsets: number[] = [];
  const read = async (): Promise<void> => {
    for await (const { offset } of world.content.read({ digest: 'd' })) offsets.push(Number(offset));
  };
  await failsWith(t, read(), 'DATA_LOSS');
  t.deepEqual(
    offsets,
    Array.from({ length: 100 }, (_, n) => n),
  );
});

test('an error that came before anybody read is not taken for the end', async (t) => {
  await using world = await withServer({
    'Content.read': serverStream((call) => void call.emit('error', failure('NOT_FOUND', 'no blob'))),
  });
  const messages = world.content.read({ digest: 'd' });
  await sleep(50);
  await failsWith(t, drain(messages), 'NOT_FOUND');
});

test('leaving a stream cancels it at the server', async (t) => {
  let cancelled = false;
  await using world = await withServer({
    'Content.read': serverStream((call) => {
      call.on('cancelled', () => (cancelled = true));
      call.write({ offset: 1n });
    }),
  });
  for await (const { offset } of world.content.read({ digest: 'd' })) {
    t.is(offset, 1n);
    break;
  }
  await eventually('the server hears of it', () => cancelled);
});

test('a large message passes, one above the limit does not', async (t) => {
  await using world = await withServer({
    'Content.read': serverStream((call) => {
      call.write({ data: new Uint8Array(16 * 1024 * 1024) });
      call.end();
    }),
  });
  for await (const { data } of world.content.read({ digest: 'd' })) t.is(data.byteLength, 16 * 1024 * 1024);
  using narrow = openChannel(world.server.target, { maxMessageBytes: 1024 });
  await failsWith(t, drain(createClient(Content, narrow).read({ digest: 'd' })), 'RESOURCE_EXHAUSTED');
});

test('both directions of a call are typed, and its error reaches reader and writer', async (t) => {
  await using world = await withServer({
    'Content.write': bidi((call) => {
      call.on('data', (request: { ref: string; offset: bigint; action: number }) => {
        if (request.ref === 'bad') call.emit('error', failure('ALREADY_EXISTS', 'there'));
        else call.write({ action: request.action, offset: request.offset + 1n });
      });
      call.on('end', () => call.end());
    }),
  });
  using good = world.content.write();
  const answers = good.messages();
  for (const offset of [1n, 5n]) {
    await good.send({ action: WriteAction.WRITE, ref: 'good', offset });
    const { value } = await answers.next();
    t.is(value?.offset, offset + 1n);
  }
  good.end();
  t.true((await answers.next()).done);
  using bad = world.content.write();
  await bad.send({ ref: 'bad' });
  await failsWith(t, bad.messages().next(), 'ALREADY_EXISTS');
  await failsWith(t, bad.send({ ref: 'more' }), 'ALREADY_EXISTS');
});

test('nobody at the socket is UNAVAILABLE at once, and a server that comes is found soon', async (t) => {
  await using first = await withServer({});
  const { socketPath, target } = first.server;
  t.true(await probe(socketPath));
  await first.server[Symbol.asyncDispose]();
  const path = `/tmp/tsm-late-${process.pid}.sock`;
  t.false(await probe(path));
  using channel = openChannel(`unix://${path}`);
  const leases = createClient(Leases, channel);
  await failsWith(t, leases.list({}), 'UNAVAILABLE');
  await using _ = await startServer([Leases], { 'Leases.list': unary(() => ({ leases: [{ id: 'x' }] })) }, path);
  const answer = await eventually('it is found', () => leases.list({}).catch(() => undefined));
  t.is(answer.leases[0]?.id, 'x');
  t.not(target, path);
});
