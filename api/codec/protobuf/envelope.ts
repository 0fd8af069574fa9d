/** The envelope around every protobuf body and answer: four bytes, then the kind and the object's own bytes. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { UnknownSchema } from '../../../proto/gen/kubernetes/envelope_pb.ts';
import type { KindRef } from '../../../schemas/object.ts';

/** `k8s`, and a zero. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** An object that is still bytes. */
export interface Enveloped {
  /** Empty where the sender said nothing. */
  readonly kind: KindRef;
  readonly raw: Uint8Array;
}

/** Throws an Error for anything that is no envelope. */
export function openEnvelope(bytes: Uint8Array): Enveloped {
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length))) {
    throw new RangeError(
      `provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(' ')}]`,
    );
  }
  if (bytes.length === MAGIC.length) throw new RangeError('empty body');
  const { typeMeta, raw } = fromBinary(UnknownSchema, bytes.subarray(MAGIC.length), { readUnknownFields: false });
  return { kind: { apiVersion: typeMeta?.apiVersion ?? '', kind: typeMeta?.kind ?? '' }, raw };
}

/** Everything of an envelope that stands before the object, whose length must be known. */
export function envelopeHead({ apiVersion, kind }: KindRef, length: number): Uint8Array {
  const typed = toBinary(UnknownSchema, create(UnknownSchema, { typeMeta: { apiVersion, kind } }));
  const before = new BinaryWriter()
    .tag(UnknownSchema.field.raw.number, WireType.LengthDelimited)
    .uint32(length)
    .finish();
  return Buffer.concat([MAGIC, typed, before]);
}

/** An object's bytes in their envelope. */
export const seal = (kind: KindRef, raw: Uint8Array): Uint8Array =>
  Buffer.concat([envelopeHead(kind, raw.length), raw]);
