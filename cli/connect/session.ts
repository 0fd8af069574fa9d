import { isUnreachable } from '../../client/client.ts';
import { createHttpClient, type HttpClient } from '../../client/http.ts';
import type { ConnectionValues } from './flags.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { createKindDirectory, type KindDirectory } from '../kinds/directory.ts';
import { findAddress } from './address.ts';
import { withTimeout } from './with-timeout.ts';

export { isUnreachable } from '../../client/client.ts';

/** A connection to one server, and what the command line says of every request. */
export interface Session extends Disposable {
  readonly client: HttpClient;
  readonly kinds: KindDirectory;
  /** `--namespace`, else `$TSMOBY_NAMESPACE` (set by `tsmoby ci` for its command), else the kubeconfig's, else `default`. */
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
    namespace: flags.namespace ?? (io.env['TSMOBY_NAMESPACE'] || undefined) ?? namespace ?? 'default',
    [Symbol.dispose]: () => open[Symbol.dispose](),
  };
}

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
