import type { EndpointCredentials } from '../../../runtime/ports/notifications.ts';
import type { Secret, SyncNotification } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { secretText, versionOf, waiting } from '../references.ts';
import type { FindSecret } from '../source.ts';

export interface Endpoint {
  readonly url: string;
  readonly credentials: EndpointCredentials;
  /** Another one after a change of the Secret. */
  readonly version: string;
}

/** Throws a waiting outcome for a Secret that is missing, or has no address. */
export function endpointOf({ url, secretRef }: SyncNotification, find: FindSecret): Endpoint {
  const secret = secretRef && find(secretRef.name);
  const address = url ?? (secret && secretText(secret, 'address')?.trim());
  if (address === undefined) throw waiting(REASONS.KeyNotFound, `${shown(secret)} has no key address`);
  const [token, signingKey, ca] = ['token', 'signingKey', 'ca.crt'].map((key) => secret && secretText(secret, key));
  return {
    url: address,
    credentials: {
      ...(token === undefined ? {} : { token: token.trim() }),
      ...(signingKey === undefined ? {} : { signingKey: signingKey.trim() }),
      ...(ca === undefined ? {} : { ca }),
    },
    version: secret === undefined ? '' : versionOf(secret),
  };
}

export const shown = (secret: Secret | undefined): string =>
  `Secret ${secret?.metadata.namespace ?? ''}/${secret?.metadata.name ?? ''}`;
