import type { UserInfo } from './attributes.ts';
import type { Credentials } from './request.ts';

/** The group that the default authorizer lets do everything, as on a real cluster. */
export const MASTERS = 'system:masters';
/** The group of everybody who is somebody. */
export const AUTHENTICATED = 'system:authenticated';
/** Under this key of a user's `extra` stands which of his credentials he used. */
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Who the caller is, or undefined when nobody vouches for it. Later: tokens. */
export interface Authenticator {
  authenticate(credentials: Credentials): UserInfo | undefined | Promise<UserInfo | undefined>;
}

/**
 * The unix socket's file permissions are its authentication: who may open it is `tsmoby:admin`. On HTTPS a client
 * certificate names the user (CN) and groups (O).
 */
export function createAuthenticator(): Authenticator {
  return {
    authenticate(credentials) {
      switch (credentials.transport) {
        case 'unix':
          return { name: 'tsmoby:admin', groups: [MASTERS, AUTHENTICATED] };
        case 'in-process':
          return credentials.user;
        case 'tls': {
          const { certificate } = credentials;
          if (certificate === undefined || certificate.commonName === '') return undefined;
          return {
            name: certificate.commonName,
            groups: [...certificate.organizations, AUTHENTICATED],
            extra: { [CREDENTIAL_ID]: [`X509SHA256=${certificate.fingerprint}`] },
          };
        }
      }
    },
  };
}

/** The user that a controller of the daemon is. */
export const controllerUser = (name: string): UserInfo => ({
  name: `system:controller:${name}`,
  groups: [MASTERS, AUTHENTICATED],
});
