import { readFile } from 'node:fs/promises';
import { BlockList, isIPv6 } from 'node:net';
import type { Log } from '../../controllers/engine/environment.ts';
import { listenForWebhooks, type ListeningWebhooks, type WebhookListenOptions } from '../../runtime/webhooks/listen.ts';
import type { DaemonOptions } from '../daemon-options.ts';
import { ListenError } from './listeners.ts';

type Listen = NonNullable<WebhookListenOptions['listen']>;

const clock = { now: () => Date.now() };

/** Listens where `--webhook-listen` says, and else nowhere. Rejects with ListenError that says what cannot be, and why. */
export async function openWebhooks(
  { webhookListen, webhookTls }: Pick<DaemonOptions, 'webhookListen' | 'webhookTls'>,
  log: Log,
): Promise<ListeningWebhooks> {
  if (webhookListen === undefined) return listenForWebhooks({ clock });
  const listen = { ...addressOf(webhookListen), ...(webhookTls && { tls: await readTls(webhookTls) }) };
  try {
    const webhooks = await listenForWebhooks({ clock, listen });
    log.info({ address: webhooks.address }, 'taking webhooks');
    if (webhookTls === undefined && !isLoopback(listen.host)) {
      log.warn({ address: webhooks.address }, 'webhooks come in unencrypted: whoever listens in can send them again');
    }
    return webhooks;
  } catch (error) {
    throw new ListenError(`--webhook-listen ${webhookListen}: ${(error as Error).message}`, { cause: error });
  }
}

function addressOf(text: string): Pick<Listen, 'host' | 'port'> {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

async function readTls({ cert, key }: NonNullable<DaemonOptions['webhookTls']>): Promise<NonNullable<Listen['tls']>> {
  const read = async (flag: string, path: string): Promise<string> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new ListenError(`${flag} ${path}: ${(error as Error).message}`, { cause: error });
    }
  };
  return { cert: await read('--webhook-tls-cert', cert), key: await read('--webhook-tls-key', key) };
}

function isLoopback(host: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8);
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
