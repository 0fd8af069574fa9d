/** Requests to a registry's API: scheme, authorization, redirects and retries around one HTTP exchange. */
import { RuntimeError } from '../errors.ts';
import type { RegistryTarget } from '../ports/registry.ts';
import { Authorization, type Access } from './authorization.ts';
import { readExcerpt } from './body.ts';
import { parseChallenge } from './challenge.ts';
import { isPassing, statusFailure } from './failures.ts';
import type { RegistryOptions } from './options.ts';
import { sendFollowing } from './redirects.ts';
import { parseReference, type Reference } from './reference.ts';
import { attemptsOf, retryAfter, waitToRetry } from './retry.ts';
import { Schemes } from './schemes.ts';
import { registryDetails } from './scrub.ts';
import { Transport, type Answer, type Exchange } from './transport.ts';

export interface ApiRequest {
  readonly target: RegistryTarget;
  readonly method: 'GET' | 'HEAD';
  /** Below /v2/<repository>/. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are answers; others reject. */
  readonly accept: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

const USER_AGENT = 'tsmoby';
const EXCERPT_BYTES = 8192;
const isTrouble = (status: number): boolean => status === 429 || status >= 500;

export class RegistryClient implements Disposable {
  readonly #options: RegistryOptions;
  readonly #transport: Transport;
  readonly #schemes: Schemes;
  readonly #authorization: Authorization;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#transport = new Transport(options);
    this.#schemes = new Schemes(this.#transport);
    this.#authorization = new Authorization(
      () => options.clock.now(),
      (exchange) => this.#patiently(exchange.signal, () => sendFollowing(this.#transport, exchange)),
    );
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }

  /** Resolves with an answer of an accepted status, whose body is still to be read. */
  async request(request: ApiRequest): Promise<Answer> {
    const { target, signal } = request;
    const reference = parseReference(target.reference);
    const answer = await this.#patiently(signal, () => this.#authorized(request, reference));
    if (request.accept.includes(answer.status)) return answer;
    using refused = answer;
    const details = registryDetails(await readExcerpt(refused, EXCERPT_BYTES), target.credentials);
    throw statusFailure(target.reference, answer.status, details);
  }

  /** Tries again what may heal: broken connections, 429 and 5xx. The last answer or error is the caller's. */
  async #patiently(signal: AbortSignal | undefined, attempt: () => Promise<Answer>): Promise<Answer> {
    const last = attemptsOf(this.#options) - 1;
    for (let tried = 0; ; tried++) {
      let wait: number | undefined;
      try {
        const answer = await attempt();
        if (!isTrouble(answer.status) || tried === last) return answer;
        wait = retryAfter(answer.headers['retry-after'], this.#options.clock.now());
        answer[Symbol.dispose]();
      } catch (error) {
        if (!isPassing(error) || tried === last) throw error;
      }
      await waitToRetry(this.#options, tried, wait, signal);
    }
  }

  /** With what we know of the host; a 401 is answered once with what it asks for. */
  async #authorized(request: ApiRequest, reference: Reference): Promise<Answer> {
    const { target, signal } = request;
    const scheme = await this.#schemes.schemeOf(reference.host, target.insecure, signal);
    const url = new URL(`${scheme}//${reference.host}/v2/${reference.repository}/${request.path}`);
    const access: Access = {
      host: reference.host,
      repository: reference.repository,
      credentials: target.credentials,
      plainAllowed: target.insecure || scheme === 'http:',
      insecure: target.insecure,
      signal,
    };
    const known = this.#authorization.known(access);
    const answer = await this.#send(request, url, known);
    const challenge = answer.status === 401 ? parseChallenge(answer.headers['www-authenticate']) : undefined;
    if (challenge === undefined) return answer;
    const header = await this.#authorization.answer(challenge, access, known);
    if (header === undefined) return answer;
    answer[Symbol.dispose]();
    return await this.#send(request, url, header);
  }

  async #send(request: ApiRequest, url: URL, authorization: string | undefined): Promise<Answer> {
    const headers = {
      'user-agent': USER_AGENT,
      ...request.headers,
      ...(authorization === undefined ? {} : { authorization }),
    };
    const { insecure } = request.target;
    const exchange: Exchange = { method: request.method, url, headers, insecure, signal: request.signal };
    try {
      return await sendFollowing(this.#transport, exchange);
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'Unavailable') this.#schemes.forget(url.host, insecure);
      throw error;
    }
  }
}
