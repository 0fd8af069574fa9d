import test from 'ava';
import { createHook, LOOKED_INTO_BYTES } from '../../../../controllers/sync/webhook/hook.ts';
import type { SyncSource } from '../../../../runtime/ports/sync-sources.ts';
import type { WebhookVerdict } from '../../../../runtime/ports/webhooks.ts';

const ref = { type: 'branch', name: 'main' } as const;
const source: SyncSource = { type: 'git', url: 'https://x/y', ref, submodules: false };

test('so much of a push is looked into, and a larger one counts as one to what is followed', (t) => {
  let calls = 0;
  const hook = createHook({ type: 'Generic', token: '', source, onCall: () => void (calls += 1) });
  const call = (bytes: number): WebhookVerdict | undefined => {
    const body = Buffer.from(JSON.stringify({ ref: 'refs/heads/other' }).padEnd(bytes));
    const taken = hook.begin(() => undefined);
    taken?.take(body.subarray(0, 100));
    taken?.take(body.subarray(100));
    return taken?.end();
  };
  t.is(call(LOOKED_INTO_BYTES), 'ignored');
  t.is(calls, 0);
  t.is(call(LOOKED_INTO_BYTES + 1), 'accepted');
  t.is(calls, 1);
});
