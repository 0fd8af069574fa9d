import { ApiError } from '../../client/client.ts';
import { createHttpClient, type HttpClient } from '../../client/http.ts';
import type { ConnectionValues } from './flags.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { createKindDirectory, type KindDirectory } from '../kinds/directory.ts';
import { findAddress } from './address.ts';
import { withTimeout } from './with-timeout.ts';

/** A connection to one server, and what the command line says of every request. */
export interface Session extends Disposable {
  readonly client: HttpClient;
  readonly kinds: KindDirectory;
  /** `--namespace`, else the kubeconfig's, else `default`. */
  readonly namespace: string;
  /** For messages: `unix:///run/tsmoby/tsmoby.sock`. */
  readonly where: string;
}

export async function openSession(flags: ConnectionValues, io: Io, userAgent: string): Promise<Session> {
  const { connection, where, namespace } = await findAddress(flags, io);
  const open = await createHttpClient({ connection, userAgent });
  const client = flags['request-timeout'] > 0 ? withTimeout(open, flags['request-timeout']) : open;
  return {
    client,
    where,
    kinds: createKindDirectory(client),
    namespace: flags.namespace ?? namespace ?? 'default',
    [Symbol.dispose]: () => open[Symbol.dispose](),
  };
}

/** True when there was no answer at all: the daemon is not there, or went away. */
export const isUnreachable = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 0;

/** What a person is told when nobody answers; undefined when the failure is another one. */
export function explainUnreachable(error: unknown, where: string): CommandError | undefined {
  if (!isUnreachable(error)) return undefined;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new CommandError(`cannot reach tsmoby at ${where}: is the daemon running? Start it with: tsmoby daemon`, {
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new CommandError(
        `cannot reach tsmoby at ${where}: permission denied. Run as the user that the daemon runs as, or start it with --socket-group`,
        { cause: error },
      );
    default:
      return new CommandError(`cannot reach tsmoby at ${where}: ${error.message}`, { cause: error });
  }
}
