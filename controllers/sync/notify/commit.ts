import type { CommitState, CommitStatus } from '../../../runtime/ports/notifications.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import type { SyncCommitStatus, SyncStatus } from '../../../schemas/gen/types.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import type { Attempt } from '../attempt.ts';
import { secretText, versionOf, waiting } from '../references.ts';
import type { FindSecret } from '../source.ts';
import type { Visit } from '../visit.ts';
import { count } from '../words.ts';
import { shown } from './endpoint.ts';
import { placeOf } from './repository.ts';

export const COMMIT_STATUS = 'commit status';

const ONCE_MORE_AFTER_MS = 300_000;

const STATES: Readonly<Record<Attempt['state'], CommitState>> = {
  running: 'pending',
  applied: 'success',
  failed: 'failure',
  'rolled back': 'failure',
};

type ToldCommit = SyncStatus['commitStatus'];

/**
 * Sets the status of the commit that is followed, unless that was set last; answers what was set by now. Throws a waiting outcome for what is missing in spec or
 * Secret. What was given up is tried again when the attempt, the spec or the Secret is another one, and every few minutes: a commit is not to look pending for
 * ever, and as there is one mark alone, nothing else waits for it.
 */
export function tellCommit(visit: Visit, spec: SyncCommitStatus, find: FindSecret): ToldCommit {
  const { deps, key, context } = visit;
  const last = context.status.current.commitStatus;
  const attempt = deps.attempts.get(key);
  if (attempt?.commit === undefined) return last;
  const { version, ...where } = whereOf(visit, spec, find);
  const { provider, address, repository, context: of } = where;
  const { commit } = attempt;
  const state = STATES[attempt.state];
  const told = { commit, state, target: fingerprint([provider, address, repository, of]) };
  if (fingerprint(told) === fingerprint(last ?? {})) return last;
  const status: CommitStatus = { ...where, commit, state, description: descriptionOf(visit, attempt) };
  const set = (signal: AbortSignal): Promise<void> => deps.notifications.setCommitStatus(status, signal);
  const delivery = deps.deliveries.ask(key, COMMIT_STATUS, fingerprint([told, version]), set, {
    onceMoreAfterMs: ONCE_MORE_AFTER_MS,
  });
  if (delivery.type === 'delivered') return told;
  visit.again(delivery.dueInMs);
  return last;
}

type Where = Omit<CommitStatus, 'commit' | 'state' | 'description'> & { readonly version: string };

function whereOf({ sync }: Visit, spec: SyncCommitStatus, find: FindSecret): Where {
  const { provider, secretRef } = spec;
  const { namespace, name } = sync.metadata;
  const derived = placeOf(provider, sync.spec.source.git?.url ?? '');
  const [address, repository] = [spec.address ?? derived?.address, spec.repository ?? derived?.repository];
  if (address === undefined || repository === undefined)
    throw waiting(
      REASONS.InvalidSpec,
      'spec.commitStatus: the URL of the repository does not tell address and repository: give both',
    );
  const secret = find(secretRef.name);
  const token = secretText(secret, 'token') ?? secretText(secret, 'password');
  if (token === undefined) throw waiting(REASONS.KeyNotFound, `${shown(secret)} has neither token nor password`);
  const ca = secretText(secret, 'ca.crt');
  return {
    provider,
    address,
    repository,
    context: spec.context ?? `sync/${namespace}/${name}`,
    credentials: { token: token.trim(), ...(ca === undefined ? {} : { ca }) },
    version: versionOf(secret),
  };
}

function descriptionOf({ context }: Visit, { state, digest }: Attempt): string {
  const { objects = 0, history: [last] = [] } = context.status.current;
  if (state === 'running') return `applying ${count(objects, 'object')}`;
  if (state === 'applied') return `${count(objects, 'object')} applied`;
  const message = last?.digest === digest ? last.message : undefined;
  return message ?? 'it could not be applied';
}
