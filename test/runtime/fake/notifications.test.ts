import test from 'ava';
import { FakeNotifications } from '../../../runtime/fake/notifications.ts';
import { notificationsSuite } from '../../suites/notifications.ts';

notificationsSuite(test, async () => {
  const notifications = new FakeNotifications();
  return {
    notifications,
    url: 'https://example.com',
    answer: (status) => notifications.answer('example.com', status),
    taken: () => notifications.posted.length + notifications.statuses.length,
    [Symbol.asyncDispose]: async () => undefined,
  };
});
