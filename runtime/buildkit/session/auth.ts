import { Auth } from '../../../proto/gen/buildkit/auth_pb.ts';
import type { RegistryCredentials } from '../../ports/registry.ts';
import type { SessionMethods } from '../grpc/server.ts';
import { unary } from './unary.ts';

/** Docker Hub by the name of its servers, and those under which people keep its credentials. */
const hub: readonly string[] = ['registry-1.docker.io', 'docker.io', 'index.docker.io'];

/**
 * Credentials for registries, by host as the builder asks; nothing is an answer too, and means that it goes as nobody. It can fetch tokens itself: so
 * the methods that would have us do it are not there, which is what a builder expects of a simple client.
 */
export function auth(credentials: (host: string) => RegistryCredentials | undefined): SessionMethods {
  return new Map([unary(Auth.method.credentials, ({ host }) => answer(lookUp(credentials, host)))]);
}

function lookUp(
  credentials: (host: string) => RegistryCredentials | undefined,
  host: string,
): RegistryCredentials | undefined {
  const names = hub.includes(host) ? [host, ...hub] : [host];
  for (const name of names) {
    const found = credentials(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A refresh token goes without a name: that is how the builder tells it from a password. */
function answer(found: RegistryCredentials | undefined): { username: string; secret: string } {
  if (found === undefined) return { username: '', secret: '' };
  if (found.identityToken !== undefined) return { username: '', secret: found.identityToken };
  return { username: found.username, secret: found.password };
}
