import type { Connection } from '../../client/http-transport.ts';
import { defaultRunDir, socketPathIn } from '../daemon-options.ts';
import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { ConnectionValues } from './flags.ts';

/** Where the server is, how to be let in, and how to call the place in messages. */
export interface Address {
  readonly connection: Connection;
  readonly where: string;
  /** Of the kubeconfig's context. */
  readonly namespace?: string;
}

/** Flags go before environment; without any, it is the socket of a daemon that this user would start. */
export async function findAddress(
  flags: Omit<ConnectionValues, 'namespace' | 'request-timeout'>,
  io: Io,
): Promise<Address> {
  const named = flags.server ?? (flags.kubeconfig === undefined ? io.env['TSMOBY_HOST'] : undefined);
  const file =
    flags.kubeconfig ?? (named === undefined || flags.server !== undefined ? io.env['TSMOBY_KUBECONFIG'] : undefined);
  const server = named === undefined || named === '' ? undefined : named;
  if (server?.startsWith('unix:')) return unixAddress(socketOf(server));
  if (file !== undefined && file !== '') return await kubeconfigAddress(file, flags.context, server);
  if (flags.context !== undefined) throw new UsageError('--context needs --kubeconfig FILE');
  if (server !== undefined) return { connection: { server: webAddress(server) }, where: server };
  return unixAddress(socketPathIn(defaultRunDir(io)));
}

const unixAddress = (socketPath: string): Address => ({ connection: { socketPath }, where: `unix://${socketPath}` });

function socketOf(server: string): string {
  const path = server.replace(/^unix:(\/\/)?/, '');
  if (!path.startsWith('/')) throw new UsageError(`--server ${server}: write it as unix:///absolute/path`);
  return path;
}

function webAddress(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return server;
  throw new UsageError(`--server ${server}: write it as unix:///path, https://host:port or http://host:port`);
}

async function kubeconfigAddress(
  file: string,
  context: string | undefined,
  server: string | undefined,
): Promise<Address> {
  const { readKubeconfig } = await import('../../client/kubeconfig.ts');
  const { connection, namespace } = await readKubeconfig(file, context);
  const chosen =
    server === undefined || 'socketPath' in connection ? connection : { ...connection, server: webAddress(server) };
  return {
    connection: chosen,
    where: 'server' in chosen ? chosen.server : `unix://${chosen.socketPath}`,
    ...(namespace === undefined ? {} : { namespace }),
  };
}
