import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { ContainerDeleteSchema, ContainerUpdateSchema } from '../../../proto/gen/containerd/payloads/container_pb.ts';
import {
  ImageCreateSchema,
  ImageDeleteSchema,
  ImageUpdateSchema,
} from '../../../proto/gen/containerd/payloads/image_pb.ts';
import {
  TaskDeleteSchema,
  TaskExitSchema,
  TaskOOMSchema,
  TaskPausedSchema,
  TaskResumedSchema,
  TaskStartSchema,
} from '../../../proto/gen/containerd/payloads/task_pb.ts';
import type { Envelope } from '../../../proto/gen/containerd/types/envelope_pb.ts';
import type { RuntimeEvent } from '../../ports/events.ts';

type Decoder = (bytes: Uint8Array, topic: string) => RuntimeEvent | undefined;

const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  decoder(TaskStartSchema, (event, topic) => instance(event.containerId, topic)),
  decoder(TaskOOMSchema, (event, topic) => instance(event.containerId, topic)),
  decoder(TaskPausedSchema, (event, topic) => instance(event.containerId, topic)),
  decoder(TaskResumedSchema, (event, topic) => instance(event.containerId, topic)),
  // An exec'ed process ends with the same event, under its own id.
  decoder(TaskExitSchema, (event, topic) => (isInit(event) ? instance(event.containerId, topic) : undefined)),
  decoder(TaskDeleteSchema, (event, topic) => (isInit(event) ? instance(event.containerId, topic) : undefined)),
  decoder(ContainerUpdateSchema, (event, topic) => instance(event.id, topic)),
  decoder(ContainerDeleteSchema, (event, topic) => instance(event.id, topic)),
  decoder(ImageCreateSchema, (event, topic) => image(event.name, topic)),
  decoder(ImageUpdateSchema, (event, topic) => image(event.name, topic)),
  decoder(ImageDeleteSchema, (event, topic) => image(event.name, topic)),
]);

/** What an event means to us; undefined for what we do not follow, and for what cannot be read. */
export function decodeEvent(envelope: Envelope): RuntimeEvent | undefined {
  const { event, topic } = envelope;
  if (event === undefined) return undefined;
  try {
    return DECODERS.get(event.typeUrl.split('/').at(-1) ?? '')?.(event.value, topic);
  } catch {
    // Events carry no truth: what one meant is found at the next list.
    return undefined;
  }
}

function decoder<Schema extends DescMessage>(
  schema: Schema,
  read: (event: MessageShape<Schema>, topic: string) => RuntimeEvent | undefined,
): [string, Decoder] {
  return [schema.typeName, (bytes, topic) => read(fromBinary(schema, bytes), topic)];
}

function isInit(event: { readonly id: string; readonly containerId: string }): boolean {
  return event.id === '' || event.id === event.containerId;
}

function instance(id: string, topic: string): RuntimeEvent {
  return { type: 'instance', id, topic };
}

function image(name: string, topic: string): RuntimeEvent {
  return { type: 'image', name, topic };
}
