import { isLoopback } from './reference.ts';
import { speaksNoTls } from './failures.ts';
import type { Transport } from './transport.ts';

export type Scheme = 'https:' | 'http:';

/**
 * How a host is spoken to: https, always; a loopback or `insecure` one that does not speak TLS: http. Such hosts are asked once (GET
 * /v2/), and again after `forget`.
 */
export class Schemes {
  readonly #known = new Map<string, Scheme>();
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async schemeOf(host: string, insecure: boolean, signal: AbortSignal | undefined): Promise<Scheme> {
    if (!insecure && !isLoopback(host)) return 'https:';
    const key = `${host} ${insecure}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const scheme = await this.#probe(host, insecure, signal);
    this.#known.set(key, scheme);
    return scheme;
  }

  /** The host did not answer: it may be another program next time. */
  forget(host: string, insecure: boolean): void {
    this.#known.delete(`${host} ${insecure}`);
  }

  async #probe(host: string, insecure: boolean, signal: AbortSignal | undefined): Promise<Scheme> {
    const probe = async (scheme: Scheme): Promise<Scheme> => {
      const url = new URL(`${scheme}//${host}/v2/`);
      using _answer = await this.#transport.send({ method: 'GET', url, headers: {}, insecure, signal });
      return scheme;
    };
    try {
      return await probe('https:');
    } catch (error) {
      if (!speaksNoTls(error)) throw error;
      return await probe('http:');
    }
  }
}
