import test from 'ava';
import * as fc from 'fast-check';
import { createFormatter, headerLength, maxPieceBytes, payloadBytes } from '../../../runtime/logd/program/format.ts';
import { createBufferPool, createOutputQueue, type OutputQueue } from '../../../runtime/logd/program/output-queue.ts';
import { createRenderer } from '../../../runtime/logd/render.ts';

const time = '2026-11-24T02:47:11.123456789Z';

function taken(queue: OutputQueue): Buffer {
  const parts: Buffer[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    parts.push(Buffer.from(next.bytes.subarray(0, next.length)));
  }
  return Buffer.concat(parts);
}

function format(chunks: readonly Uint8Array[]): Buffer {
  const queue = createOutputQueue(createBufferPool());
  const formatter = createFormatter('stdout', queue);
  for (const chunk of chunks) formatter.write(Buffer.from(chunk), time);
  formatter.flush(time);
  return taken(queue);
}

test('lines become records, and what has no end is a piece', (t) => {
  const records = format([Buffer.from('a\n\nb')]).toString();
  t.is(records, `${time} stdout F a\n${time} stdout F \n${time} stdout P b\n`);
});

test('a line that comes in several chunks is one record', (t) => {
  t.is(format([Buffer.from('ab'), Buffer.from('cd'), Buffer.from('e\n')]).toString(), `${time} stdout F abcde\n`);
});

test('a long line is cut into pieces of 16 KiB, whatever the chunks', (t) => {
  for (const sizes of [[50_000], [10_000, 40_000], [16_384, 16_384, 17_232], [1, 49_999]]) {
    const chunks = [...sizes.map((size) => Buffer.alloc(size, 'x')), Buffer.from('\n')];
    const records = format(chunks).toString().split('\n').slice(0, -1);
    t.deepEqual(
      records.map((record) => [record[38], record.length - headerLength]),
      [
        ['P', maxPieceBytes],
        ['P', maxPieceBytes],
        ['P', maxPieceBytes],
        ['F', 50_000 - 3 * maxPieceBytes],
      ],
    );
  }
});

const outputs = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(Buffer.from('\n'), Buffer.alloc(20_000, 'y'), Buffer.from('word\nword'), Buffer.alloc(300, '\n')),
  ),
  { maxLength: 30 },
);

test('whatever is written, in whatever chunks, is read back byte for byte', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(outputs, fc.integer({ min: 1, max: 70_000 }), (chunks, readSize) => {
        const written = Buffer.concat(chunks);
        const records = format(chunks);
        const renderer = createRenderer({});
        const shown: Buffer[] = [];
        for (let at = 0; at < records.length; at += readSize) {
          shown.push(Buffer.from(renderer.push(records.subarray(at, at + readSize)) ?? []));
        }
        return written.equals(Buffer.concat(shown)) && payloadBytes(records) === written.length;
      }),
      { numRuns: 40 },
    ),
  );
});

test('buffers hold whole records alone', (t) => {
  const queue = createOutputQueue(createBufferPool());
  const formatter = createFormatter('stderr', queue);
  for (let index = 0; index < 100; index++) formatter.write(Buffer.from(`${'z'.repeat(9000)}\n`), time);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    t.is(next.bytes[next.length - 1], 10);
    t.is(next.bytes.toString('latin1', 0, 20), time.slice(0, 20));
  }
});
