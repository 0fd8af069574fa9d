import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import test from 'ava';
import * as fc from 'fast-check';
import { PacketSchema } from '../../../../proto/gen/buildkit/fsutil_pb.ts';
import { BytesMessageSchema } from '../../../../proto/gen/buildkit/filesync_pb.ts';
import {
  dataHeaderRoom,
  decodeBytesMessage,
  decodePacket,
  encodeBytesMessage,
  encodeData,
  encodeDataEnd,
  encodeError,
  encodeFinish,
  encodeRequest,
  listEnd,
  StatEncoder,
} from '../../../../runtime/buildkit/session/packets.ts';

const stat = fc.record({
  path: fc.string({ unit: 'grapheme', maxLength: 40 }),
  mode: fc.oneof(fc.constantFrom(0, 0x80000000 + 0o755, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff })),
  size: fc.oneof(fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1), fc.maxSafeNat()),
  modTime: fc.oneof(
    fc.constantFrom(0n, -1n, 1n << 62n, -(1n << 63n)),
    fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  ),
  linkname: fc.string({ unit: 'grapheme', maxLength: 20 }),
  deviceMajor: fc.nat(0xfff),
  deviceMinor: fc.nat(0xfffff),
});

test('a stat means to the generated codec what it means to ours, both ways', (t) => {
  const encoder = new StatEncoder();
  fc.assert(
    fc.property(stat, (value) => {
      const bytes = encoder.encode(value);
      const packet = fromBinary(PacketSchema, bytes);
      const { deviceMajor, deviceMinor, ...same } = value;
      t.like(packet.stat, {
        ...same,
        size: BigInt(value.size),
        devmajor: BigInt(deviceMajor),
        devminor: BigInt(deviceMinor),
      });
      t.deepEqual(decodePacket(toBinary(PacketSchema, packet)).stat, value);
    }),
  );
});

test('data, requests and ends are what the generated codec reads', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.uint8Array({ maxLength: 300 }), (id, data) => {
      const buffer = new Uint8Array(dataHeaderRoom + data.length);
      buffer.set(data, dataHeaderRoom);
      const bytes = Uint8Array.from(encodeData(buffer, id, data.length));
      t.like(fromBinary(PacketSchema, bytes), { type: 2, id });
      t.deepEqual(Buffer.from(fromBinary(PacketSchema, bytes).data), Buffer.from(data));
      t.like(decodePacket(bytes), { type: 2, id });
      t.deepEqual(Buffer.from(decodePacket(bytes).data), Buffer.from(data));
      t.like(fromBinary(PacketSchema, encodeDataEnd(id)), { type: 2, id, data: new Uint8Array(0) });
      t.like(fromBinary(PacketSchema, encodeRequest(id)), { type: 1, id });
    }),
  );
  t.is(fromBinary(PacketSchema, encodeFinish()).type, 3);
  t.like(fromBinary(PacketSchema, listEnd), { type: 0, stat: undefined });
  t.is(Buffer.from(fromBinary(PacketSchema, encodeError('it is gone: ä')).data).toString(), 'it is gone: ä');
});

test('a header of a quarter of a megabyte stands right before the data, without a copy', (t) => {
  const buffer = new Uint8Array(dataHeaderRoom + 262_144).fill(7, dataHeaderRoom);
  const message = encodeData(buffer, 0xffffffff, 262_144);
  t.is(message.buffer, buffer.buffer);
  t.is(fromBinary(PacketSchema, message).data.length, 262_144);
});

test('unknown fields are skipped', (t) => {
  const packet = toBinary(PacketSchema, create(PacketSchema, { type: 1, id: 9 }));
  const extra = Uint8Array.from([0x78, 0x96, 0x01, 0x7a, 0x02, 1, 2, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7d, 1, 2, 3, 4]);
  t.like(decodePacket(Buffer.concat([extra, packet])), { type: 1, id: 9 });
});

test('whatever comes is a packet, or is refused', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodePacket(bytes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }),
  );
  t.throws(() => decodePacket(Uint8Array.from([0x22, 0x7f, 1])), { instanceOf: RangeError });
  t.throws(() => decodePacket(Uint8Array.from([0x08])), { instanceOf: RangeError });
});

test('a path of the greatest length fits', (t) => {
  const path = '\uffee'.repeat(4096);
  const value = { path, mode: 0, size: 0, modTime: 0n, linkname: path, deviceMajor: 0, deviceMinor: 0 };
  t.is(fromBinary(PacketSchema, new StatEncoder().encode(value)).stat?.path, path);
});

test('bytes go both ways', (t) => {
  const data = Buffer.from('text');
  t.deepEqual(Buffer.from(fromBinary(BytesMessageSchema, encodeBytesMessage(data)).data), data);
  t.deepEqual(
    Buffer.from(decodeBytesMessage(toBinary(BytesMessageSchema, create(BytesMessageSchema, { data })))),
    data,
  );
  t.is(decodeBytesMessage(new Uint8Array(0)).length, 0);
});
