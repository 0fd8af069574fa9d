import { RuntimeError } from '../errors.ts';
import type { RegistryCredentials } from '../ports/registry.ts';
import { readBody, readExcerpt } from './body.ts';
import type { Challenge } from './challenge.ts';
import { statusFailure } from './failures.ts';
import { describeUrl, registryDetails } from './scrub.ts';
import type { Answer, Exchange } from './transport.ts';

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { scheme: 'bearer' }>;
  readonly repository: string;
  readonly credentials?: RegistryCredentials | undefined;
  /** Whether the registry itself was reached over plain HTTP, or is trusted without a certificate. */
  readonly plainAllowed: boolean;
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Token {
  readonly value: string;
  /** Seconds. */
  readonly lifetime: number;
}

const MAX_TOKEN_BYTES = 256 * 1024;
const EXCERPT_BYTES = 4096;
/** What the token specification says when `expires_in` is missing. */
const DEFAULT_LIFETIME = 60;
const CLIENT_ID = 'tsmoby';

/**
 * Asks the token server that the registry named: GET with Basic credentials (or none), POST with a refresh token (the two forms of the
 * distribution token specification). Credentials go to an http:// realm only when the registry itself may be plain.
 */
export async function fetchToken(request: TokenRequest, send: (exchange: Exchange) => Promise<Answer>): Promise<Token> {
  const realm = URL.parse(request.challenge.realm);
  if (realm === null || (realm.protocol !== 'https:' && realm.protocol !== 'http:')) {
    throw new RuntimeError('Corrupt', 'the registry names a token server that is not an http(s) address');
  }
  if (realm.protocol === 'http:' && !request.plainAllowed) {
    throw new RuntimeError('Corrupt', `the registry names a token server without TLS (${realm.host}); not used`);
  }
  using answer = await send(tokenExchange(realm, request));
  const what = `token server ${describeUrl(realm)}`;
  if (answer.status !== 200) {
    const details = registryDetails(await readExcerpt(answer, EXCERPT_BYTES), request.credentials);
    throw statusFailure(what, answer.status, details);
  }
  return parseToken(await readBody(answer, what, MAX_TOKEN_BYTES), what);
}

function tokenExchange(realm: URL, request: TokenRequest): Exchange {
  const { credentials, insecure, signal, challenge } = request;
  const scope = challenge.scope ?? `repository:${request.repository}:pull`;
  const parameters = new URLSearchParams({ scope });
  if (challenge.service !== undefined) parameters.set('service', challenge.service);
  if (credentials?.identityToken !== undefined && credentials.identityToken !== '') {
    parameters.set('grant_type', 'refresh_token');
    parameters.set('client_id', CLIENT_ID);
    parameters.set('refresh_token', credentials.identityToken);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm, headers, body: parameters.toString(), insecure, signal };
  }
  const url = new URL(realm);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  if (credentials === undefined) return { method: 'GET', url, headers: {}, insecure, signal };
  url.searchParams.set('account', credentials.username);
  return { method: 'GET', url, headers: { authorization: basic(credentials) }, insecure, signal };
}

export function basic({ username, password }: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function parseToken(body: Buffer, what: string): Token {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw new RuntimeError('Unavailable', `${what}: its answer is not JSON`, { cause: error });
  }
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const token = fields['token'] ?? fields['access_token'];
  if (typeof token !== 'string' || token === '' || /[^\x21-\x7e]/.test(token)) {
    throw new RuntimeError('Unavailable', `${what}: its answer has no usable token`);
  }
  const lifetime = fields['expires_in'];
  return { value: token, lifetime: typeof lifetime === 'number' && lifetime > 0 ? lifetime : DEFAULT_LIFETIME };
}
