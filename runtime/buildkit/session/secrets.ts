import { Secrets } from '../../../proto/gen/buildkit/secrets_pb.ts';
import { StatusError, type SessionMethods } from '../grpc/server.ts';
import { unary } from './unary.ts';

/** Larger ones do not fit into a message that every builder takes. */
const maxBytes = 2 * 1024 * 1024;

/**
 * Secrets of a build, one by one, when a step needs one. What is not there is NOT_FOUND: the builder then goes on without it, or fails the step that
 * says it must be there.
 */
export function secrets(secret: (id: string) => Uint8Array | undefined): SessionMethods {
  return new Map([
    unary(Secrets.method.getSecret, ({ id }) => {
      const data = secret(id);
      if (data === undefined) throw new StatusError(5, `secret ${id} not found`);
      if (data.length > maxBytes) throw new StatusError(3, `secret ${id} has more than ${maxBytes} bytes`);
      return { data };
    }),
  ]);
}
