/** Objects as Kubernetes protobuf, for clients that take nothing else. The codec is loaded with the first of them. */
import type { KindRef, KubeObject, Status } from '../../schemas/object.ts';
import { kindRefOf } from '../../schemas/kinds.ts';
import { PROTOBUF } from '../codec/media-types.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { bookmarkOf, partial, type Renderer, type RenderInput } from './render.ts';

const STATUS: KindRef = { apiVersion: 'v1', kind: 'Status' };

/** The kind must have a message: `checkRepresentation` has seen to that. */
export async function protobufRenderer({ representation, resource }: Omit<RenderInput, 'now'>): Promise<Renderer> {
  const { encodeFrame, encodeItem, encodeListHead, encodeObject } = await import('../codec/protobuf/encode.ts');
  const { transform } = representation;
  const isPartial = transform.as === 'PartialObjectMetadata';
  const { kind, listKind } = isPartial ? partialKinds(transform.version) : kindsOf(resource.definition);
  const shown = (object: KubeObject): object => (isPartial ? partial(object, transform.version) : object);
  const whole = (value: ObjectValue): Uint8Array => encodeObject(shown(value.glance()), kind);
  return {
    contentType: PROTOBUF,
    key: isPartial ? `protobuf/partial/${transform.version}` : 'protobuf',
    object: whole,
    item: (value, sink) => sink.bytes(encodeItem(shown(value.glance()), kind)),
    counted: true,
    list: (metadata, _empty, itemBytes) => ({
      head: encodeListHead(metadata, listKind, itemBytes),
      separator: '',
      tail: '',
    }),
    watch: {
      contentType: `${PROTOBUF};stream=watch`,
      event: whole,
      bookmark: (version, end) => encodeObject(bookmarkOf(kind.apiVersion, kind.kind, version, end), kind),
      status: (status) => encodeObject(status, STATUS),
      frame: encodeFrame,
    },
  };
}

interface Kinds {
  readonly kind: KindRef;
  readonly listKind: KindRef;
}

function kindsOf(definition: RenderInput['resource']['definition']): Kinds {
  const kind = kindRefOf(definition);
  return { kind, listKind: { ...kind, kind: definition.listKind } };
}

function partialKinds(version: string): Kinds {
  const apiVersion = `meta.k8s.io/${version}`;
  return {
    kind: { apiVersion, kind: 'PartialObjectMetadata' },
    listKind: { apiVersion, kind: 'PartialObjectMetadataList' },
  };
}

/** A Status that is an answer of its own. */
export async function protobufStatus(status: Status): Promise<Uint8Array> {
  const { encodeObject } = await import('../codec/protobuf/encode.ts');
  return encodeObject(status, STATUS);
}
