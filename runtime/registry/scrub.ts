import type { RegistryCredentials } from '../ports/registry.ts';

const MAX_DETAILS = 300;

/** Host and path of a URL for messages: queries carry signatures and tokens, the user part passwords. */
export function describeUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** A registry's own words (`errors[].message`, else nothing), on one line, short, without secrets that we know. */
export function registryDetails(body: string, credentials: RegistryCredentials | undefined): string {
  const messages = errorMessages(body).join('; ');
  const printable = messages.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_DETAILS);
  return secretsOf(credentials).reduce((text, secret) => text.replaceAll(secret, '***'), printable);
}

function secretsOf(credentials: RegistryCredentials | undefined): string[] {
  if (credentials === undefined) return [];
  const { username, password, identityToken } = credentials;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return [basic, password, identityToken ?? ''].filter((secret) => secret !== '');
}

/** The error format of the OCI distribution specification, and the one of token servers. */
function errorMessages(body: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const { errors, details } = value as { errors?: unknown; details?: unknown };
  if (typeof details === 'string') return [details];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown) => {
    const message = typeof entry === 'object' && entry !== null ? (entry as { message?: unknown }).message : undefined;
    return typeof message === 'string' ? [message] : [];
  });
}
