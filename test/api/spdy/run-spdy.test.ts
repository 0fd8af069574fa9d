import { duplexPair, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { FRAME_TYPES } from '../../../api/spdy/frames.ts';
import { runSpdy } from '../../../api/spdy/run-spdy.ts';
import type { SpdyStream } from '../../../api/spdy/stream.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { control, createOpener, data, framesIn } from '../../support/spdy-client.ts';

interface World {
  readonly client: Duplex;
  readonly carrier: Duplex;
  readonly streams: SpdyStream[];
  readonly stop: AbortController;
  /** Resolves when the server has nothing open. */
  readonly over: Promise<void>;
}

/** A server on one end of a connection. */
function open(): World {
  const [client, carrier] = duplexPair();
  const streams: SpdyStream[] = [];
  const stop = new AbortController();
  const options = { log: recordingLog(), signal: stop.signal };
  const over = runSpdy(carrier, (stream) => void streams.push(stream), options);
  return { client, carrier, streams, stop, over };
}

const goodbyes: readonly (readonly [what: string, bytes: Buffer, last: object])[] = [
  ['a goodbye', control(FRAME_TYPES.GOAWAY, Buffer.alloc(8)), { kind: FRAME_TYPES.PING }],
  ['what is no SPDY', Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]), { kind: FRAME_TYPES.GOAWAY }],
];
for (const [what, bytes, last] of goodbyes) {
  test(`after ${what} all that was said arrives, and then the end`, async (t) => {
    const { client, carrier, over } = open();
    let wasCutOff = false;
    carrier.on('close', () => (wasCutOff = !carrier.writableFinished));
    client.write(control(FRAME_TYPES.PING, Buffer.from([0, 0, 0, 7])));
    client.write(bytes);
    await over;
    t.false(carrier.destroyed);
    // the client still talks for a while
    client.end(data(1, Buffer.alloc(100_000)));
    t.like(framesIn(await buffer(client)).at(-1), { type: 'control', header: last });
    await eventually('the carrier is closed', () => carrier.closed);
    t.false(wasCutOff);
  });
}

test('streams that wait for the client wait together, however many they are', async (t) => {
  const { client, carrier, streams, stop, over } = open();
  const before = carrier.listenerCount('drain') + carrier.listenerCount('close');
  const syn = createOpener();
  for (let n = 0; n < 40; n++) client.write(await syn(n * 2 + 1, {}));
  await eventually('forty streams', () => streams.length === 40);
  for (const stream of streams) stream.write(Buffer.alloc(50_000, 1));
  await nextTurn();
  t.true(carrier.writableNeedDrain);
  const during = carrier.listenerCount('drain') + carrier.listenerCount('close');
  t.true(during - before < 5, `${during - before} listeners more`);
  const received: Buffer[] = [];
  client.on('data', (bytes: Buffer) => received.push(bytes));
  await eventually('all has come', () => Buffer.concat(received).length > 40 * 50_000);
  stop.abort();
  await over;
});

test('a stream that holds the client up does not keep the connection when it is told to stop', async (t) => {
  const { client, streams, stop, over } = open();
  client.write(await createOpener()(1, {}));
  for (let n = 0; n < 30; n++) client.write(data(1, Buffer.alloc(16_000)));
  await eventually('the stream is full', () => (streams[0]?.readableLength ?? 0) > 128 * 1024);
  await nextTurn();
  stop.abort();
  await over;
  t.true(streams[0]?.destroyed);
});
