import type { RegistryCredentials } from '../../runtime/ports/registry.ts';
import type { Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import * as pullSecrets from '../../schemas/values/registry-credentials.ts';
import { ReconcileError } from '../engine/contract.ts';

/** The credentials for a reference out of its Secrets. Throws a stalled outcome for one that cannot be read. */
export function credentialsFor(reference: string, secrets: readonly Secret[]): RegistryCredentials | undefined {
  try {
    return pullSecrets.credentialsFor(reference, secrets);
  } catch (error) {
    if (!(error instanceof pullSecrets.PullSecretError)) throw error;
    const { message } = error;
    throw new ReconcileError({ type: 'stalled', reason: REASONS.Unauthorized, message }, { cause: error });
  }
}
