import { createHmac } from 'node:crypto';
import test from 'ava';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { createNotifications } from '../../../runtime/notifications/create.ts';
import type { CommitStatus } from '../../../runtime/ports/notifications.ts';
import { startHookServer } from '../../support/hook-server.ts';
import { selfSigned } from '../registry/certificate.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const statusOf = (address: string, more: Partial<CommitStatus>): CommitStatus => ({
  provider: 'GitHub',
  address,
  repository: 'team/infra',
  commit: COMMIT,
  state: 'failure',
  context: 'sync/default/app',
  description: 'x'.repeat(200),
  credentials: { token: 'hush' },
  ...more,
});

const notifications = createNotifications({ env: {} });
const cut = `${'x'.repeat(139)}…`;

test('GitHub: POST /repos/…/statuses/…, a bearer token and the version of the API', async (t) => {
  await using server = await startHookServer();
  await notifications.setCommitStatus(statusOf(`${server.url}/api/v3/`, {}));
  const [call] = server.calls;
  t.like(call, { method: 'POST', path: `/api/v3/repos/team/infra/statuses/${COMMIT}` });
  t.like(call?.headers, {
    authorization: 'Bearer hush',
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'content-type': 'application/json',
    'user-agent': 'tsmoby',
  });
  t.deepEqual(JSON.parse(call?.body ?? ''), { state: 'failure', context: 'sync/default/app', description: cut });
});

test('GitLab: POST /projects/…/statuses/…, the path of the project as one part, and its own word for failure', async (t) => {
  await using server = await startHookServer();
  const status = statusOf(`${server.url}/api/v4`, { provider: 'GitLab', repository: 'group/sub/infra' });
  await notifications.setCommitStatus(status);
  const [call] = server.calls;
  t.like(call, { method: 'POST', path: `/api/v4/projects/group%2Fsub%2Finfra/statuses/${COMMIT}` });
  t.is(call?.headers.authorization, 'Bearer hush');
  t.deepEqual(JSON.parse(call?.body ?? ''), { state: 'failed', name: 'sync/default/app', description: cut });
  server.answer(400, '{"message":"Cannot transition status via :enqueue from :pending (Reason(s): …)"}');
  await notifications.setCommitStatus({ ...status, state: 'pending' });
  server.answer(400, '{"message":"other"}');
  await t.throwsAsync(notifications.setCommitStatus(status), { message: /answered 400: other$/ });
});

test('Gitea: POST /repos/…/statuses/…, with its own word for a token', async (t) => {
  await using server = await startHookServer();
  await notifications.setCommitStatus(statusOf(`${server.url}/api/v1`, { provider: 'Gitea', state: 'pending' }));
  const [call] = server.calls;
  t.like(call, { method: 'POST', path: `/api/v1/repos/team/infra/statuses/${COMMIT}` });
  t.is(call?.headers.authorization, 'token hush');
  t.like(JSON.parse(call?.body ?? ''), { state: 'pending', context: 'sync/default/app' });
});

test('a message is signed and carries its token; both only where they are given', async (t) => {
  await using server = await startHookServer();
  const body = '{"text":"Grüße"}';
  const credentials = { token: 'hush', signingKey: 'key' };
  await notifications.post({ url: `${server.url}/a?b=c`, body, credentials });
  await notifications.post({ url: server.url, body, credentials: {} });
  const [signed, bare] = server.calls;
  t.like(signed, { method: 'POST', path: '/a?b=c', body });
  t.is(signed?.headers['x-signature'], `sha256=${createHmac('sha256', 'key').update(body).digest('hex')}`);
  t.is(signed?.headers.authorization, 'Bearer hush');
  t.is(bare?.headers['x-signature'], undefined);
  t.is(bare?.headers.authorization, undefined);
});

test('a redirect is followed nowhere, and what a server says back is told without the token', async (t) => {
  await using server = await startHookServer();
  await using other = await startHookServer();
  server.answer(307, '', { location: other.url });
  const credentials = { token: 'hush' };
  const post = (): Promise<void> => notifications.post({ url: server.url, body: '{}', credentials });
  t.true(isRuntimeError(await t.throwsAsync(post(), { message: /answered 307 \(a redirect/ }), 'InvalidArgument'));
  t.is(other.calls.length, 0);
  server.answer(401, '{"message":"token hush\\n is no good"}');
  const status = notifications.setCommitStatus(statusOf(server.url, {}));
  await t.throwsAsync(status, { message: /^127\.0\.0\.1:\d+ answered 401: token … is no good$/ });
});

test('who is asked for is vouched for by the given authority, and by nobody else', async (t) => {
  const tls = selfSigned();
  await using server = await startHookServer(tls);
  const message = { url: server.url, body: '{}' };
  await notifications.post({ ...message, credentials: { ca: tls.cert } });
  const error = await t.throwsAsync(notifications.post({ ...message, credentials: {} }));
  t.true(isRuntimeError(error, 'Unavailable'), String(error));
  t.is(server.calls.length, 1);
});

test('a server that does not answer, or is not there, may be another time', async (t) => {
  const server = await startHookServer();
  server.answer(0);
  const impatient = createNotifications({ env: {}, deadlineMs: 50 });
  const message = { url: server.url, body: '{}', credentials: {} };
  const late = await t.throwsAsync(impatient.post(message));
  t.true(isRuntimeError(late, 'DeadlineExceeded'), String(late));
  const url = server.url;
  await server[Symbol.asyncDispose]();
  const gone = await t.throwsAsync(notifications.post({ ...message, url }));
  t.true(isRuntimeError(gone, 'Unavailable'), String(gone));
});

test('credentials in an address are refused, and not told', async (t) => {
  const message = { url: 'https://me:hush@example.com/x', body: '{}', credentials: {} };
  const error = await t.throwsAsync(notifications.post(message));
  t.true(isRuntimeError(error, 'InvalidArgument'), String(error));
  t.notRegex(error.message, /hush/);
});
