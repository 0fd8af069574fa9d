import { listenForWebhooks, type ListeningWebhooks } from '../../../runtime/webhooks/listen.ts';
import type { WebhookRequest, WebhooksWorld } from '../../suites/webhooks.ts';

export interface HttpWorld extends WebhooksWorld {
  readonly webhooks: ListeningWebhooks;
  /** Milliseconds since the epoch, as the listener sees it. */
  now: number;
}

export async function openWebhooksWorld(): Promise<HttpWorld> {
  const time = { now: 1_000_000 };
  const webhooks = await listenForWebhooks({
    clock: { now: () => time.now },
    listen: { host: '127.0.0.1', port: 0 },
  });
  return Object.assign(time, {
    webhooks,
    call: (path: string, request?: WebhookRequest) => callOver(webhooks.address ?? '', path, request),
    [Symbol.asyncDispose]: () => webhooks[Symbol.asyncDispose](),
  });
}

async function callOver(
  address: string,
  path: string,
  { method = 'POST', headers = {}, body = '' }: WebhookRequest = {},
): Promise<number> {
  const response = await fetch(`${address}${path}`, { method, headers: { ...headers, connection: 'close' }, body });
  await response.text();
  return response.status;
}
