import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImageDeleteSchema } from '../../../proto/gen/containerd/payloads/image_pb.ts';
import type { Envelope } from '../../../proto/gen/containerd/types/envelope_pb.ts';
import type { Connection } from '../connection.ts';

/** What wakes a controller. Events of our own calls that say nothing new (create, exec) stay at the server. */
const TOPICS = '^/(tasks/(start|exit|oom|delete|paused|resumed)|containers/(update|delete)|images/.*)$';
/** Our own event, by which we know that the subscription is there. */
const HELLO = '/tsmoby/hello';
/** Milliseconds before saying it again; containerd tells in no other way that it listens. */
const HELLO_AGAIN = 20;

/** Events of our namespace. Calls back once, when everything that happens from then on will arrive. */
export async function* openSubscription(
  connection: Connection,
  signal: AbortSignal,
  onConnected: () => void,
): AsyncGenerator<Envelope> {
  const { services, namespace } = connection;
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const inNamespace = `namespace==${JSON.stringify(namespace)}`;
  const filters = [`${inNamespace},topic~=${JSON.stringify(TOPICS)}`, `${inNamespace},topic==${JSON.stringify(HELLO)}`];
  const token = connection.newId();
  try {
    const envelopes = services.events.subscribe({ filters }, { signal: either });
    const heard = new AbortController();
    const hello = sayHello(connection, token, AbortSignal.any([either, heard.signal]), (error) => ended.abort(error));
    for await (const envelope of envelopes) {
      if (envelope.topic !== HELLO) {
        yield envelope;
      } else if (!heard.signal.aborted && tokenOf(envelope) === token) {
        heard.abort();
        onConnected();
      }
    }
    await hello;
  } finally {
    ended.abort();
  }
}

async function sayHello(
  connection: Connection,
  token: string,
  heard: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const value = toBinary(ImageDeleteSchema, create(ImageDeleteSchema, { name: token }));
  const event = { typeUrl: ImageDeleteSchema.typeName, value };
  try {
    for (let wait = HELLO_AGAIN; !heard.aborted; wait *= 2) {
      await connection.services.events.publish({ topic: HELLO, event });
      await sleep(wait, undefined, { signal: heard, ref: false }).catch(() => undefined);
    }
  } catch (error) {
    onFailure(error);
  }
}

function tokenOf(envelope: Envelope): string {
  return envelope.event === undefined ? '' : fromBinary(ImageDeleteSchema, envelope.event.value).name;
}
