import { builder as builderKind } from '../../../schemas/definitions/builder.ts';
import type { Builder } from '../../../schemas/gen/types.ts';
import { humanSize } from '../../../schemas/values/human-size.ts';
import { print } from '../../io.ts';
import { refOf, shownName } from '../../kinds/directory.ts';
import { fieldLines } from '../../output/fields.ts';
import { parseFormat } from '../../output/format.ts';
import { objectText } from '../../output/object-text.ts';
import type { BuilderAction } from './actions.ts';
import { stateOf } from './list.ts';
import { oneName } from './one-name.ts';

const WIDTH = 18;

/** What is known of one builder. */
export const inspectBuilder: BuilderAction = async ({ flags, args, io, session }) => {
  const name = oneName(args);
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const { client, kinds } = await session();
  const object = await client.get<Builder>({ ...refOf(builderKind), name }, { signal: io.signal });
  if (format.type === 'table') {
    await print(io.stdout, describe(object));
    return 0;
  }
  const named = [{ object, shown: shownName(await kinds.typed('builders'), name) }];
  await print(io.stdout, await objectText(named, format, { headers: true, managedFields: false, single: true }));
  return 0;
};

function describe({ metadata, spec, status = {} }: Builder): string {
  const { cache, lastPrune, workers = [] } = status;
  const lines: readonly (readonly [string, string | number | undefined])[] = [
    ['Name', metadata.name],
    ['Type', status.type],
    ['Endpoint', status.endpoint ?? spec.endpoint],
    ['Status', stateOf(status)],
    ['Message', status.conditions?.find(({ type }) => type === 'Ready')?.message],
    ['BuildKit version', status.version],
    ['Platforms', status.platforms],
    ['Workers', workers.map(({ id = '', executor = '' }) => `${id} (${executor})`).join(', ')],
    ['Exporters', (status.exporters ?? []).join(', ')],
    ['Landing', status.landing],
    ['Shares containerd', status.sharesContainerd === undefined ? undefined : status.sharesContainerd ? 'yes' : 'no'],
    ['Builds', `${status.activeBuilds ?? 0} of ${spec.maxParallelBuilds ?? 4}`],
    ['Cache', cache && `${cache.size ?? ''} in ${cache.records ?? 0} records`],
    ['Reclaimable', cache && humanSize(cache.reclaimableBytes ?? 0)],
    ['Last pruned', lastPrune && `${lastPrune.time ?? ''}, ${humanSize(lastPrune.reclaimedBytes ?? 0)}`],
  ];
  return fieldLines(lines, WIDTH);
}
