import { REASONS } from '../../../schemas/conditions.ts';
import type { SyncNotification } from '../../../schemas/gen/types.ts';
import { fingerprint } from '../../../schemas/values/fingerprint.ts';
import { ReconcileError, type Outcome } from '../../engine/contract.ts';
import { secretOf } from '../references.ts';
import type { FindSecret } from '../source.ts';
import type { Visit } from '../visit.ts';
import { someOf } from '../words.ts';
import { COMMIT_STATUS, tellCommit } from './commit.ts';
import { endpointOf } from './endpoint.ts';
import { happeningsOf, type Happening } from './happenings.ts';
import { messageOf } from './message.ts';
import { nextUntold, nothingTold, withAllTold, withoutPast, withTold, type Told } from './untold.ts';

/** Tells others what became of the Sync. Whatever is wrong with that keeps nothing else from its course; condition NotificationFailed says it. */
export function tellOthers(visit: Visit, outcome: Outcome): void {
  const { sync, deps, key, context } = visit;
  const { status } = context;
  const { notifications = [], commitStatus } = sync.spec;
  const names = [...notifications.map(channelOf), ...(commitStatus === undefined ? [] : [COMMIT_STATUS])];
  deps.deliveries.keep(key, new Set(names));
  const find: FindSecret = (name) => secretOf(sync, name, context.reader);
  const happenings = happeningsOf(status.current, outcome);
  const troubles = new Map<string, string>();
  const told = notifications.map((server): Told => {
    const before = withoutPast(toldOf(visit, server.name), happenings);
    return unlessTrouble(troubles, channelOf(server), before, () =>
      tellServer(visit, server, before, happenings, find),
    );
  });
  const commit = commitStatus && status.current.commitStatus;
  const toldCommit =
    commitStatus && unlessTrouble(troubles, COMMIT_STATUS, commit, () => tellCommit(visit, commitStatus, find));
  status.set({ notifications: told.length === 0 ? undefined : told, commitStatus: toldCommit });
  report(visit, names, troubles);
}

const channelOf = ({ name }: SyncNotification): string => `notification ${name}`;

/** What the server was told when this pass began. */
function toldOf({ sync }: Visit, name: string): Told {
  const told = sync.status?.notifications?.find((one) => one.name === name);
  return told ?? nothingTold(name, sync.status);
}

/** Tells what comes next, one after the other; answers what was told by now. */
function tellServer(
  visit: Visit,
  server: SyncNotification,
  before: Told,
  happenings: readonly Happening[],
  find: FindSecret,
): Told {
  const { sync, deps, key, context } = visit;
  const { url, credentials, version } = endpointOf(server, find);
  let told = before;
  for (;;) {
    const next = nextUntold(told, happenings, server);
    if (next === undefined) return withAllTold(told, happenings);
    const delivery = deps.deliveries.ask(key, channelOf(server), fingerprint([next.id, url, version]), (signal) => {
      const body = messageOf(sync, next, new Date(context.clock.now()).toISOString());
      return deps.notifications.post({ url, body, credentials }, signal);
    });
    if (delivery.type === 'under way') {
      visit.again(delivery.dueInMs);
      return told;
    }
    told = withTold(told, next);
  }
}

/** What is missing or wrong is kept for the condition; the rest goes on. */
function unlessTrouble<T>(troubles: Map<string, string>, channel: string, otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.outcome.type === 'settled') throw error;
    troubles.set(channel, error.outcome.message);
    return otherwise;
  }
}

function report(
  { deps, key, context: { status } }: Visit,
  channels: readonly string[],
  troubles: ReadonlyMap<string, string>,
): void {
  const texts = channels.flatMap((channel) => {
    const trouble = troubles.get(channel) ?? deps.deliveries.trouble(key, channel);
    return trouble === undefined ? [] : [`${channel}: ${trouble}`];
  });
  if (texts.length === 0) status.removeCondition('NotificationFailed');
  else {
    const message = someOf(texts);
    status.condition({ type: 'NotificationFailed', status: 'True', reason: REASONS.NotificationFailed, message });
  }
}
