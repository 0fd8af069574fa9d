import test from 'ava';
import { FakeWebhooks } from '../../../runtime/fake/webhooks.ts';
import { webhooksSuite } from '../../suites/webhooks.ts';

webhooksSuite(test, async () => {
  const webhooks = new FakeWebhooks();
  return {
    webhooks,
    call: async (path, request) => webhooks.call(path, request),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
