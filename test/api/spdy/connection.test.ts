import { setImmediate as nextTurn } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import test from 'ava';
import * as fc from 'fast-check';
import { SpdyConnection } from '../../../api/spdy/connection.ts';
import { DICTIONARY } from '../../../api/spdy/dictionary.ts';
import { FRAME_TYPES, RESET } from '../../../api/spdy/frames.ts';
import type { SpdyStream } from '../../../api/spdy/stream.ts';
import { eventually } from '../../support/eventually.ts';
import { control, createOpener, createReplyReader, data, framesIn } from '../../support/spdy-client.ts';

interface World {
  readonly input: PassThrough;
  readonly streams: SpdyStream[];
  readonly sent: () => Buffer;
  readonly ended: Promise<string>;
}

function open(onStream: (stream: SpdyStream) => void = () => undefined): World {
  const input = new PassThrough();
  const streams: SpdyStream[] = [];
  const sent: Uint8Array[] = [];
  const connection = new SpdyConnection({
    send: async (bytes) => void sent.push(bytes),
    onStream(stream) {
      streams.push(stream);
      onStream(stream);
    },
  });
  const ended = connection.run(input).then(
    () => 'ended',
    (error: Error) => error.message,
  );
  return { input, streams, sent: () => Buffer.concat(sent), ended };
}

test('the dictionary is the one of the protocol: 1423 bytes with this check sum', (t) => {
  t.is(DICTIONARY.length, 1423);
  // zlib names a dictionary by its Adler-32; this is the one that every SPDY/3 stream begins with
  let [a, b] = [1, 0];
  for (const byte of DICTIONARY) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  t.is(((b << 16) | a) >>> 0, 0xe3c6a7c2);
});

test('streams are taken, told so with headers that any client can unpack, and carry bytes both ways to their ends', async (t) => {
  const world = open((stream) => {
    void text(stream).then((all) => stream.end(`echo ${all}`));
  });
  const syn = createOpener();
  for (const id of [1, 3]) {
    world.input.write(await syn(id, { streamtype: 'data', port: '80', requestid: String(id) }));
    world.input.write(data(id, Buffer.from(`hello ${id}`), true));
  }
  await eventually('both echoes', async () => framesIn(world.sent()).filter(({ type }) => type === 'fin').length === 2);
  world.input.end();
  t.is(await world.ended, 'ended');
  t.deepEqual(
    [...(world.streams[1]?.headers ?? [])],
    [
      ['streamtype', 'data'],
      ['port', '80'],
      ['requestid', '3'],
    ],
  );
  const frames = framesIn(world.sent());
  const read = createReplyReader();
  for (const frame of frames) {
    if (frame.type === 'control' && frame.header.kind === FRAME_TYPES.SYN_REPLY) t.is(await read(frame.payload), 0);
  }
  const said = (id: number): string =>
    frames.flatMap((frame) => (frame.type === 'data' && frame.stream === id ? [frame.bytes.toString()] : [])).join('');
  t.deepEqual([said(1), said(3)], ['echo hello 1', 'echo hello 3']);
});

test('a stream that the client resets is destroyed, and one that is destroyed here is reset there', async (t) => {
  const world = open();
  const syn = createOpener();
  world.input.write(await syn(1, {}));
  world.input.write(await syn(3, {}));
  await eventually('two streams', async () => world.streams.length === 2);
  world.streams[0]?.destroy();
  world.input.write(control(FRAME_TYPES.RST_STREAM, Buffer.from([0, 0, 0, 3, 0, 0, 0, 5])));
  await eventually('the second is gone', async () => world.streams[1]?.destroyed === true);
  await nextTurn();
  const resets = framesIn(world.sent()).filter(
    (frame) => frame.type === 'control' && frame.header.kind === FRAME_TYPES.RST_STREAM,
  );
  t.is(resets.length, 1);
  world.input.end();
  await world.ended;
});

test('pings are answered, settings passed over, and a goodbye ends all streams', async (t) => {
  const world = open();
  world.input.write(control(FRAME_TYPES.PING, Buffer.from([0, 0, 0, 7])));
  world.input.write(control(4, Buffer.from([0, 0, 0, 0])));
  world.input.write(await createOpener()(1, {}));
  await eventually('a stream', async () => world.streams.length === 1);
  world.input.write(control(FRAME_TYPES.GOAWAY, Buffer.alloc(8)));
  t.is(await world.ended, 'ended');
  t.true(world.streams[0]?.destroyed);
  const [first] = framesIn(world.sent());
  t.like(first, { type: 'control', payload: Buffer.from([0, 0, 0, 7]) });
});

test('ids that were used, or that are the server’s, are refused', async (t) => {
  const world = open();
  const syn = createOpener();
  for (const id of [3, 1, 3, 2]) world.input.write(await syn(id, {}));
  await eventually('three refusals', async () => framesIn(world.sent()).length === 4);
  t.is(world.streams.length, 1);
  for (const frame of framesIn(world.sent()).slice(1)) {
    t.like(frame, { type: 'control', header: { kind: FRAME_TYPES.RST_STREAM } });
    t.is((frame as { payload: Buffer }).payload.readUInt32BE(4), RESET.PROTOCOL_ERROR);
  }
  world.input.end();
  await world.ended;
});

const broken: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['another version', Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0])],
  ['a control frame without end', control(1, Buffer.alloc(100_000))],
  [
    'headers that are not compressed',
    control(1, Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.from('hello')])),
  ],
  ['a frame that is cut short inside', control(FRAME_TYPES.PING, Buffer.from([1]))],
];
for (const [what, bytes] of broken) {
  test(`${what} ends the connection with a goodbye`, async (t) => {
    const world = open();
    world.input.write(bytes);
    t.not(await world.ended, 'ended');
    t.like(framesIn(world.sent()).at(-1), { type: 'control', header: { kind: FRAME_TYPES.GOAWAY } });
  });
}

test('header blocks that grow out of bounds are refused', async (t) => {
  const world = open();
  world.input.write(await createOpener()(1, { a: 'x'.repeat(1_000_000) }));
  t.regex(await world.ended, /too large/);
  t.is(world.streams.length, 0);
});

test('a reader who has enough holds the client up, and then gets all', async (t) => {
  const world = open();
  world.input.write(await createOpener()(1, {}));
  let written = 0;
  const piece = data(1, Buffer.alloc(16_000, 1));
  while (written < 2_000_000 && world.input.write(piece)) {
    written += 16_000;
    await nextTurn();
  }
  t.true(written < 1_000_000, `${written} bytes were taken without a reader`);
  for (let left = 2_000_000 - written; left > 0; left -= 16_000) world.input.write(piece);
  world.input.write(data(1, Buffer.alloc(0), true));
  let got = 0;
  for await (const chunk of world.streams[0] as AsyncIterable<Buffer>) got += chunk.length;
  t.true(got >= 2_000_000);
  world.input.end();
  await world.ended;
});

test('however the bytes are cut, the streams hold the same', async (t) => {
  const syn = createOpener();
  const whole = Buffer.concat([
    await syn(1, { streamtype: 'data' }),
    data(1, Buffer.from('abc')),
    await syn(3, { streamtype: 'error' }),
    data(3, Buffer.from('x'), true),
    data(1, Buffer.from('def'), true),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 20 }), async (cuts) => {
      const texts: Promise<string>[] = [];
      const world = open((stream) => void texts.push(text(stream)));
      const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
      for (let at = 1; at < places.length; at++) world.input.write(whole.subarray(places[at - 1], places[at]));
      await eventually('two streams', async () => texts.length === 2);
      t.deepEqual(await Promise.all(texts), ['abcdef', 'x']);
      world.input.end();
      await world.ended;
    }),
    { numRuns: 30 },
  );
});
