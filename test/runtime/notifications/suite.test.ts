import test from 'ava';
import { createNotifications } from '../../../runtime/notifications/create.ts';
import { startHookServer } from '../../support/hook-server.ts';
import { notificationsSuite } from '../../suites/notifications.ts';

notificationsSuite(test, async () => {
  const server = await startHookServer();
  let answers = 200;
  return {
    notifications: createNotifications({ env: {} }),
    url: server.url,
    answer(status) {
      answers = status;
      server.answer(status);
    },
    taken: () => (answers < 300 ? server.calls.length : 0),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
