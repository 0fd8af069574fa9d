import type { TestFn } from 'ava';
import { isRuntimeError } from '../../runtime/errors.ts';
import type { CommitStatus, Notifications } from '../../runtime/ports/notifications.ts';

export interface NotificationsWorld extends AsyncDisposable {
  readonly notifications: Notifications;
  /** Of a server that takes everything. */
  readonly url: string;
  /** The server answers so from now on. */
  answer(status: number): void;
  /** How often it was told something and took it. */
  taken(): number;
}

/** What every implementation of the port does. */
export function notificationsSuite(test: TestFn, open: () => Promise<NotificationsWorld>): void {
  const status = (address: string): CommitStatus => ({
    provider: 'Gitea',
    address,
    repository: 'team/infra',
    commit: 'a'.repeat(40),
    state: 'success',
    context: 'sync/default/app',
    description: '3 objects',
    credentials: { token: 'hush' },
  });

  test('what is told is taken', async (t) => {
    await using world = await open();
    await world.notifications.post({ url: `${world.url}/secret-path`, body: '{}', credentials: {} });
    await world.notifications.setCommitStatus(status(world.url));
    t.is(world.taken(), 2);
  });

  for (const [answer, code] of [
    [401, 'Unauthorized'],
    [422, 'InvalidArgument'],
    [503, 'Unavailable'],
  ] as const) {
    test(`an answer ${answer} is ${code}, and tells neither path nor token`, async (t) => {
      await using world = await open();
      world.answer(answer);
      const message = { url: `${world.url}/secret-path`, body: '{}', credentials: { token: 'hush' } };
      for (const work of [world.notifications.post(message), world.notifications.setCommitStatus(status(world.url))]) {
        const error = await t.throwsAsync(work);
        t.true(isRuntimeError(error, code), String(error));
        t.true(error.message.includes(new URL(world.url).host));
        t.notRegex(error.message, /secret-path|hush/);
      }
      t.is(world.taken(), 0);
    });
  }

  test('what is told to stop sends nothing', async (t) => {
    await using world = await open();
    const message = { url: world.url, body: '{}', credentials: {} };
    const error = await t.throwsAsync(world.notifications.post(message, AbortSignal.abort()));
    t.true(isRuntimeError(error, 'Cancelled'), String(error));
    t.is(world.taken(), 0);
  });

  test('an address that is none is refused', async (t) => {
    await using world = await open();
    const error = await t.throwsAsync(world.notifications.post({ url: 'nowhere', body: '{}', credentials: {} }));
    t.true(isRuntimeError(error, 'InvalidArgument'), String(error));
  });
}
