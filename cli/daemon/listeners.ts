import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Listener } from '../../api/http/listen.ts';
import type { ApiServer } from '../../api/server.ts';
import type { DaemonOptions } from '../daemon-options.ts';

/** An address in --listen, or a --socket-group, that cannot be used. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Opens what `--listen` names. Rejects with ListenError that says which address, and why. */
export async function openListeners(server: ApiServer, options: DaemonOptions): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  for (const address of options.listen) {
    try {
      listeners.push(await openListener(server, address, options));
    } catch (error) {
      if (error instanceof ListenError) throw error;
      throw new ListenError(`cannot listen on ${address}: ${(error as Error).message}`, { cause: error });
    }
  }
  return listeners;
}

async function openListener(server: ApiServer, address: string, options: DaemonOptions): Promise<Listener> {
  if (address.startsWith('unix://')) {
    const path = address.slice('unix://'.length);
    const group = options.socketGroup === undefined ? {} : { group: await groupId(options.socketGroup) };
    return server.listenUnix({ path, ...group });
  }
  const url = URL.parse(address);
  if (url?.protocol !== 'https:') throw new ListenError(`--listen ${address}: write unix:///path or https://HOST:PORT`);
  return openHttps(server, url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 443), options);
}

/** Port 0 is any free port, but the same one as last time if that is still free: kubeconfigs that were copied stay good. */
async function openHttps(server: ApiServer, host: string, port: number, options: DaemonOptions): Promise<Listener> {
  const { dataDir, kubeconfigOut = join(dataDir, 'kubeconfig') } = options;
  const listen = (at: number): Promise<Listener> =>
    server.listenHttps({ host, port: at, certDirectory: join(dataDir, 'pki'), kubeconfig: kubeconfigOut });
  if (port !== 0) return listen(port);
  const remembered = join(dataDir, 'https-port');
  const before = Number(await readFile(remembered, 'utf8').catch(() => '0')) || 0;
  const listener = await listen(before).catch(() => listen(0));
  await writeFile(remembered, `${new URL(listener.address).port}\n`, { mode: 0o600 });
  return listener;
}

/** Number of a group by name or number. */
async function groupId(name: string): Promise<number> {
  if (/^\d+$/.test(name)) return Number(name);
  const line = (await readFile('/etc/group', 'utf8')).split('\n').find((row) => row.startsWith(`${name}:`));
  const gid = line?.split(':')[2];
  if (gid === undefined) throw new ListenError(`--socket-group ${name}: there is no such group in /etc/group`);
  return Number(gid);
}
