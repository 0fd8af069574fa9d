import type { JsonObject, KindRef } from '../../../schemas/object.ts';
import { badRequest } from '../../status-error.ts';
import { openEnvelope } from './envelope.ts';
import { messageOf } from './messages.ts';
import { MessageReader } from './read-message.ts';

/**
 * The object of a protobuf body, with apiVersion and kind. `fallback` is the kind of a body that does not name one.
 * Throws BadRequest for whatever cannot be read, and for more than `maxValues` fields and entries.
 */
export function decodeProtobuf(bytes: Uint8Array, fallback: KindRef | undefined, maxValues: number): JsonObject {
  const { kind: named, raw } = readable(() => openEnvelope(bytes));
  const apiVersion = named.apiVersion || (fallback?.apiVersion ?? '');
  const kind = named.kind || (fallback?.kind ?? '');
  const message = messageOf(apiVersion, kind);
  if (message === undefined) {
    const names = [kind, apiVersion].map((name) => JSON.stringify(name.slice(0, 100)));
    throw badRequest(`no kind ${String(names[0])} is registered for version ${String(names[1])}`);
  }
  return { ...readable(() => new MessageReader(maxValues).read(raw, message)), apiVersion, kind };
}

/** Whatever a reader throws was caused by the bytes. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw Object.assign(badRequest(`couldn't get version/kind; protobuf parse error: ${why}`), { cause });
  }
}
