import type { Webhook, Webhooks } from '../ports/webhooks.ts';

export interface FakeWebhookRequest {
  readonly method?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Hooks without a network. */
export class FakeWebhooks implements Webhooks {
  readonly #hooks = new Map<string, Webhook>();
  address: string | undefined = 'http://127.0.0.1:9292';

  get paths(): readonly string[] {
    return [...this.#hooks.keys()];
  }

  serve(path: string, hook: Webhook): Disposable {
    this.#hooks.set(path, hook);
    return {
      [Symbol.dispose]: () => {
        if (this.#hooks.get(path) === hook) this.#hooks.delete(path);
      },
    };
  }

  /** Somebody calls; the HTTP status of the answer. */
  call(path: string, { method = 'POST', headers = {}, body = '' }: FakeWebhookRequest = {}): number {
    const hook = method === 'POST' ? this.#hooks.get(path) : undefined;
    const call = hook?.begin((name) => headers[name]);
    if (call === undefined) return 404;
    call.take(Buffer.from(body));
    return { accepted: 202, ignored: 200, refused: 404 }[call.end()];
  }
}
