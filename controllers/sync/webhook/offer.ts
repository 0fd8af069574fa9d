import type { SyncSource } from '../../../runtime/ports/sync-sources.ts';
import { REASONS, type Reason } from '../../../schemas/conditions.ts';
import { ReconcileError } from '../../engine/contract.ts';
import { secretOf, secretText } from '../references.ts';
import type { Visit } from '../visit.ts';

/** Takes calls for a Sync that wants some. Nothing that is wrong with it keeps anything else from its course. */
export function offerHook(visit: Visit, source: SyncSource): void {
  const { sync, deps, key, context } = visit;
  const { webhook } = sync.spec;
  if (webhook === undefined) return;
  const token = tokenOf(visit, webhook.secretRef.name);
  if (typeof token !== 'string') {
    deps.hooks.drop(key);
    context.status.set({ webhookPath: undefined });
    return tell(visit, 'False', token.reason, token.message);
  }
  const webhookPath = deps.hooks.keep(key, { uid: sync.metadata.uid, type: webhook.type, token, source });
  context.status.set({ webhookPath });
  const { address } = deps.hooks;
  if (address !== undefined) return tell(visit, 'True', REASONS.WebhookServed, `at ${address}`);
  const why = 'nobody listens for calls: start the daemon with --webhook-listen=127.0.0.1:PORT';
  return tell(visit, 'False', REASONS.WebhookNotServed, why);
}

/** No calls are taken. */
export function withdrawHook({ deps, key, context: { status } }: Visit): void {
  deps.hooks.drop(key);
  status.set({ webhookPath: undefined });
  status.removeCondition('WebhookReady');
}

function tell({ context: { status } }: Visit, is: 'True' | 'False', reason: string, message: string): void {
  status.condition({ type: 'WebhookReady', status: is, reason, message });
}

interface Trouble {
  readonly reason: Reason;
  readonly message: string;
}

function tokenOf({ sync, context }: Visit, name: string): string | Trouble {
  try {
    const token = secretText(secretOf(sync, name, context.reader), 'token')?.trim() ?? '';
    if (token !== '') return token;
    const message = `Secret ${sync.metadata.namespace}/${name} has no key token`;
    return { reason: REASONS.InvalidSpec, message };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { reason: REASONS.SecretNotFound, message: error.message };
  }
}
