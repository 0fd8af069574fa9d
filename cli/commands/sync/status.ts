import { sync as syncKind } from '../../../schemas/definitions/sync.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import { print } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import { fieldLines } from '../../output/fields.ts';
import { parseFormat } from '../../output/format.ts';
import { objectText } from '../../output/object-text.ts';
import type { SyncAction } from './actions.ts';
import { awaitReady } from './await-ready.ts';
import { getSync, oneName } from './one-sync.ts';
import { conditionOf, sourceText, stateText } from './words.ts';

const WIDTH = 17;

/** How one Sync is. The exit code is 0 when it is ready, else 1. */
export const showStatus: SyncAction = async ({ flags, args, io, session }) => {
  const name = oneName('status', args);
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const open = await session();
  if (flags.watch) {
    const code = await awaitReady(await getSync(open, name, io), open, io, flags.timeout);
    if (code !== 0) return code;
  }
  const object = await getSync(open, name, io);
  const named = [{ object, shown: shownName(syncKind, name) }];
  const options = { headers: true, managedFields: false, single: true } as const;
  await print(io.stdout, format.type === 'table' ? describe(object) : await objectText(named, format, options));
  return conditionOf(object, 'Ready')?.status === 'True' ? 0 : 1;
};

function describe(sync: Sync): string {
  const { metadata, spec, status = {} } = sync;
  const { pendingPrune, history: [last] = [] } = status;
  const about = (type: string): string | undefined => {
    const condition = conditionOf(sync, type);
    return condition && `${condition.status} (${condition.reason}): ${condition.message}`;
  };
  return fieldLines(
    [
      ['Name', metadata.name],
      ['Namespace', metadata.namespace],
      ['Source', sourceText(sync)],
      ['Status', stateText(sync)],
      ['Message', conditionOf(sync, 'Ready')?.message],
      ['Suspended', spec.suspend === true ? 'yes' : undefined],
      ['Objects', status.objects],
      ['Files', status.files],
      ['Applied', status.lastAppliedRevision],
      ['Attempted', status.lastAttemptedRevision],
      ['Healthy', status.lastHealthyRevision],
      ['Signed by', status.signer],
      ['Last attempt', last && `${last.outcome ?? ''} at ${last.startTime ?? ''}`],
      ['Source ready', about('SourceReady')],
      ['Not told', conditionOf(sync, 'NotificationFailed')?.message],
      ['Webhook', status.webhookPath],
      ['Webhook ready', about('WebhookReady')],
      ['Drift', (status.drifted ?? []).join('; ')],
      ['Objects elsewhere', conditionOf(sync, 'ObjectsElsewhere')?.message],
      ['Held back', pendingPrune && `${pendingPrune.objects ?? 0}: ${(pendingPrune.examples ?? []).join(', ')}`],
    ],
    WIDTH,
  );
}
