import { createHash } from 'node:crypto';
import type { RegistryCredentials } from '../ports/registry.ts';
import type { Challenge } from './challenge.ts';
import { basic, fetchToken } from './tokens.ts';
import type { Answer, Exchange } from './transport.ts';

export interface Access {
  readonly host: string;
  readonly repository: string;
  readonly credentials?: RegistryCredentials | undefined;
  readonly plainAllowed: boolean;
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Of its lifetime a token is used so much: clocks differ, and requests take time. */
const USED_PART = 0.9;
const CAPACITY = 1000;

/** Remembers how each host wants to be asked, and the tokens it gave, per host, repository and credentials. */
export class Authorization {
  readonly #challenges = new Map<string, Challenge>();
  readonly #tokens = new Map<string, { readonly value: string; readonly until: number }>();
  readonly #now: () => number;
  readonly #send: (exchange: Exchange) => Promise<Answer>;

  constructor(now: () => number, send: (exchange: Exchange) => Promise<Answer>) {
    this.#now = now;
    this.#send = send;
  }

  /** The header for a request, as far as known without asking anybody. */
  known(access: Access): string | undefined {
    const challenge = this.#challenges.get(access.host);
    if (challenge?.scheme === 'basic') return access.credentials === undefined ? undefined : basic(access.credentials);
    const token = this.#tokens.get(keyOf(access));
    return token !== undefined && token.until > this.#now() ? `Bearer ${token.value}` : undefined;
  }

  /** After a 401: the header for the next try, or undefined when there is nothing (else) to offer. */
  async answer(challenge: Challenge, access: Access, refused: string | undefined): Promise<string | undefined> {
    if (this.#challenges.size >= CAPACITY) this.#challenges.clear();
    this.#challenges.set(access.host, challenge);
    if (challenge.scheme === 'basic') {
      const header = access.credentials === undefined ? undefined : basic(access.credentials);
      return header === refused ? undefined : header;
    }
    const { value, lifetime } = await fetchToken({ ...access, challenge }, this.#send);
    if (this.#tokens.size >= CAPACITY) this.#tokens.clear();
    this.#tokens.set(keyOf(access), { value, until: this.#now() + lifetime * 1000 * USED_PART });
    return `Bearer ${value}`;
  }
}

/** Credentials only as a hash: a cache key is the kind of thing that ends in a heap dump. */
function keyOf({ host, repository, credentials }: Access): string {
  const { username = '', password = '', identityToken = '' } = credentials ?? {};
  const secret = createHash('sha256')
    .update(JSON.stringify([username, password, identityToken]))
    .digest('base64');
  return `${host}/${repository} ${secret}`;
}
