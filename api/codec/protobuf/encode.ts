/** Answers in protobuf: objects, lists piece by piece, and frames of watches. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { create, toBinary, type DescMessage } from '@bufbuild/protobuf';
import { WatchEventSchema } from '../../../proto/gen/kubernetes/envelope_pb.ts';
import { ListMetaSchema } from '../../../proto/gen/kubernetes/meta_pb.ts';
import type { JsonObject, KindRef } from '../../../schemas/object.ts';
import { envelopeHead, seal } from './envelope.ts';
import { messageOf } from './messages.ts';
import { writeMessage } from './write-message.ts';

/** The two fields of every list message. */
const LIST_METADATA = 1;
const LIST_ITEMS = 2;

/** Whether objects of a kind can be written at all: custom resources cannot. */
export const hasMessage = ({ apiVersion, kind }: KindRef): boolean => messageOf(apiVersion, kind) !== undefined;

function requireMessage({ apiVersion, kind }: KindRef): DescMessage {
  const message = messageOf(apiVersion, kind);
  if (message === undefined) throw new TypeError(`there is no protobuf message for ${apiVersion} ${kind}`);
  return message;
}

/** A whole object in its envelope. */
export const encodeObject = (object: object, kind: KindRef): Uint8Array =>
  seal(kind, writeMessage(object as JsonObject, requireMessage(kind)));

/** An object as one item of a list. */
export function encodeItem(object: object, kind: KindRef): Uint8Array {
  const raw = writeMessage(object as JsonObject, requireMessage(kind));
  const head = new BinaryWriter().tag(LIST_ITEMS, WireType.LengthDelimited).uint32(raw.length).finish();
  return Buffer.concat([head, raw]);
}

/** What stands before the items of a list, which are `itemBytes` long together. Nothing stands behind them. */
export function encodeListHead(metadata: object, kind: KindRef, itemBytes: number): Uint8Array {
  const raw = writeMessage(metadata as JsonObject, ListMetaSchema);
  const field = new BinaryWriter().tag(LIST_METADATA, WireType.LengthDelimited).bytes(raw).finish();
  return Buffer.concat([envelopeHead(kind, field.length + itemBytes), field]);
}

/** One event of a watch: the length in four bytes, then a WatchEvent around an object in its envelope. */
export function encodeFrame(type: string, object: Uint8Array): Uint8Array {
  const event = toBinary(WatchEventSchema, create(WatchEventSchema, { type, object: { raw: object } }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}
