import { createHmac } from 'node:crypto';
import test from 'ava';
import type { ConfigMap, Secret, Sync } from '../../../schemas/gen/types.ts';
import { eventually } from '../../support/eventually.ts';
import { startGitServers } from '../../support/git-servers.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { conditionOf, type Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test, { webhookListen: '127.0.0.1:0' });

const configMap = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  value: ${value}\n`;

const has = (space: Space, value: string): Promise<unknown> =>
  eventually(`one is ${value}`, async () => {
    const found = await space.get<ConfigMap>('ConfigMap', 'one').catch(() => undefined);
    return found?.data?.['value'] === value;
  });

async function callHook(space: Space, ref: string, token: string): Promise<number> {
  const sync = await space.get<Sync>('Sync', 'files');
  const address = (conditionOf(sync, 'WebhookReady')?.message ?? '').replace(/^at /, '');
  const body = JSON.stringify({ ref, repository: { default_branch: 'main' } });
  const signature = createHmac('sha256', token).update(body).digest('hex');
  const headers = { 'x-gitea-event': 'push', 'x-gitea-signature': signature, connection: 'close' };
  const response = await fetch(`${address}${sync.status?.webhookPath}`, { method: 'POST', headers, body });
  await response.text();
  return response.status;
}

scenario(
  'a push is applied when the host of the repository calls, also after the daemon was killed',
  async (t, space) => {
    await using servers = await startGitServers();
    const repository = await servers.create('infra');
    await repository.commit({ 'a.yaml': configMap('first') });
    const data = { token: Buffer.from('shared').toString('base64') };
    await space.apply<Secret>({ kind: 'Secret', name: 'hook', data });
    const spec = {
      source: { git: { url: servers.urls(repository).http, ref: { branch: 'main' } } },
      interval: '0',
      webhook: { type: 'Gitea', secretRef: { name: 'hook' } },
    };
    await space.apply<Sync>({ kind: 'Sync', name: 'files', spec });
    await has(space, 'first');
    await space.condition('Sync', 'files', 'WebhookReady', 'WebhookServed');
    await space.ready('Sync', 'files');
    await repository.commit({ 'a.yaml': configMap('second') });
    t.is(await callHook(space, 'refs/heads/main', 'guessed'), 404);
    t.is(await callHook(space, 'refs/heads/other', 'shared'), 200);
    t.is((await space.get<ConfigMap>('ConfigMap', 'one')).data?.['value'], 'first');
    t.is(await callHook(space, 'refs/heads/main', 'shared'), 202);
    await has(space, 'second');
    const { status } = await space.get<Sync>('Sync', 'files');
    await space.daemon.kill9();
    await space.daemon.start();
    await space.until<Sync>('Sync', 'files', 'listens at a new port', (sync) => {
      const message = conditionOf(sync, 'WebhookReady')?.message;
      return message !== undefined && message !== conditionOf({ ...sync, status } as Sync, 'WebhookReady')?.message;
    });
    await repository.commit({ 'a.yaml': configMap('third') });
    t.is(await callHook(space, 'refs/heads/main', 'shared'), 202);
    await has(space, 'third');
  },
);
