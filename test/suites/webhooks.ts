import type { TestFn } from 'ava';
import type { Webhook, Webhooks, WebhookVerdict } from '../../runtime/ports/webhooks.ts';

export interface WebhookRequest {
  readonly method?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WebhooksWorld extends AsyncDisposable {
  readonly webhooks: Webhooks;
  /** Resolves with the HTTP status. */
  call(path: string, request?: WebhookRequest): Promise<number>;
}

/** A hook that wants header `x-key: open`, and tells what came. */
export function recordingHook(verdict: WebhookVerdict = 'accepted'): Webhook & { readonly bodies: string[] } {
  const bodies: string[] = [];
  return {
    bodies,
    begin(header) {
      if (header('x-key') !== 'open') return undefined;
      const chunks: Uint8Array[] = [];
      return {
        take: (chunk) => void chunks.push(chunk),
        end() {
          bodies.push(Buffer.concat(chunks).toString());
          return verdict;
        },
      };
    },
  };
}

const OPEN = { 'x-key': 'open' };

/** What every implementation of the port does. */
export function webhooksSuite(test: TestFn, open: () => Promise<WebhooksWorld>): void {
  test('a call is taken with its whole body, and answered as the hook says', async (t) => {
    await using world = await open();
    const hook = recordingHook();
    using _hook = world.webhooks.serve('/hooks/a', hook);
    using _other = world.webhooks.serve('/hooks/b', recordingHook('ignored'));
    const body = JSON.stringify({ text: 'x'.repeat(200_000) });
    t.is(await world.call('/hooks/a', { headers: OPEN, body }), 202);
    t.is(await world.call('/hooks/b', { headers: OPEN, body: '' }), 200);
    t.deepEqual(hook.bodies, [body]);
  });

  test('an unknown path, another method, a call that is none of ours and a wrong one are answered alike', async (t) => {
    await using world = await open();
    const [hook, refusing] = [recordingHook(), recordingHook('refused')];
    using _hook = world.webhooks.serve('/hooks/a', hook);
    using _refusing = world.webhooks.serve('/hooks/b', refusing);
    t.is(await world.call('/hooks/none', { headers: OPEN }), 404);
    t.is(await world.call('/hooks/a', { headers: OPEN, method: 'PUT' }), 404);
    t.is(await world.call('/hooks/a', { body: 'x' }), 404);
    t.is(await world.call('/hooks/b', { headers: OPEN, body: 'x' }), 404);
    t.deepEqual([hook.bodies, refusing.bodies], [[], ['x']]);
  });

  test('a later hook takes the place of one of the same path, and is not taken away with it', async (t) => {
    await using world = await open();
    const [first, second] = [recordingHook(), recordingHook()];
    const held = world.webhooks.serve('/hooks/a', first);
    const later = world.webhooks.serve('/hooks/a', second);
    held[Symbol.dispose]();
    t.is(await world.call('/hooks/a', { headers: OPEN, body: 'x' }), 202);
    t.deepEqual([first.bodies, second.bodies], [[], ['x']]);
    later[Symbol.dispose]();
    t.is(await world.call('/hooks/a', { headers: OPEN }), 404);
  });
}
