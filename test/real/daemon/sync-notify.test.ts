import { createHmac } from 'node:crypto';
import test from 'ava';
import type { Secret, Sync } from '../../../schemas/gen/types.ts';
import { eventually } from '../../support/eventually.ts';
import { startGitServers } from '../../support/git-servers.ts';
import { startHookServer, type HookServer } from '../../support/hook-server.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';

const scenario = onDaemon(test);

const configMap = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  value: ${value}\n`;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const told = ({ calls }: HookServer, path: string) => calls.filter((call) => call.path === path);

scenario(
  'a server and the host of the repository are told, also what a killed daemon had not told',
  async (t, space) => {
    await using servers = await startGitServers();
    await using server = await startHookServer();
    const repository = await servers.create('infra');
    const first = await repository.commit({ 'a.yaml': configMap('first') });
    await space.apply<Secret>({
      kind: 'Secret',
      name: 'chat',
      data: { address: base64(`${server.url}/chat`), signingKey: base64('key') },
    });
    await space.apply<Secret>({ kind: 'Secret', name: 'statuses', data: { token: base64('hush') } });
    const spec = {
      source: { git: { url: servers.urls(repository).http, ref: { branch: 'main' } } },
      interval: '1s',
      notifications: [{ name: 'chat', secretRef: { name: 'chat' } }],
      commitStatus: {
        provider: 'Gitea',
        address: `${server.url}/api/v1`,
        repository: 'team/infra',
        secretRef: { name: 'statuses' },
      },
    };
    await space.apply<Sync>({ kind: 'Sync', name: 'files', spec });
    const statuses = `/api/v1/repos/team/infra/statuses`;
    await eventually(
      'both are told',
      () => told(server, '/chat').length > 0 && told(server, `${statuses}/${first}`).at(-1)?.body.includes('success'),
    );
    const [call] = told(server, '/chat');
    t.is(
      call?.headers['x-signature'],
      `sha256=${createHmac('sha256', 'key')
        .update(call?.body ?? '')
        .digest('hex')}`,
    );
    t.like(JSON.parse(call?.body ?? ''), { event: 'Applied', revision: `main@sha1:${first}` });
    t.is(told(server, `${statuses}/${first}`)[0]?.headers.authorization, 'token hush');
    await space.until<Sync>(
      'Sync',
      'files',
      'both are written down',
      ({ status }) => status?.commitStatus?.state === 'success',
    );

    server.answer(503);
    const second = await repository.commit({ 'a.yaml': configMap('second') });
    await eventually('it was tried', () => told(server, '/chat').some(({ body }) => body.includes(second)));
    await space.daemon.kill9();
    server.answer(200);
    const before = server.calls.length;
    await space.daemon.start();
    const since = (path: string) => told(server, path).filter((one) => server.calls.indexOf(one) >= before);
    await eventually('both are told', () => since('/chat').length > 0 && since(`${statuses}/${second}`).length > 0);
    t.like(JSON.parse(since('/chat')[0]?.body ?? ''), { event: 'Applied', revision: `main@sha1:${second}` });
    await space.until<Sync>('Sync', 'files', 'is calm', ({ status }) => status?.commitStatus?.commit === second);
    t.is(since('/chat').length, 1);
    t.notRegex(await space.daemon.output(), /hush|\/chat/);
  },
);
