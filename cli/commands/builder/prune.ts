import { formatDuration } from '../../../schemas/values/duration.ts';
import { humanSize } from '../../../schemas/values/human-size.ts';
import { UsageError } from '../../errors.ts';
import { print, type Io } from '../../io.ts';
import type { BuilderAction } from './actions.ts';
import { awake } from './awake.ts';
import { pathOf } from './cache.ts';
import { toBuildKit } from './filters.ts';
import { oneName } from './one-name.ts';
import { parseSize } from './size.ts';

/** Removes from the cache what is not in use, within the bounds of the flags; a person at a terminal is asked first. */
export const pruneCache: BuilderAction = async ({ flags, args, io, session: open }) => {
  const name = oneName(args);
  const storage = flags['keep-storage'];
  const duration = flags['keep-duration'];
  const query = new URLSearchParams(flags.filter.map((filter) => ['filter', toBuildKit(filter)] as [string, string]));
  if (storage !== undefined) query.set('keepStorage', String(parseSize('keep-storage', storage)));
  if (duration !== undefined) query.set('keepDuration', formatDuration(duration));
  if (flags.all) query.set('all', 'true');
  const isBounded = storage !== undefined || duration !== undefined || flags.filter.length > 0;
  if (!flags.force && !(await isAgreed(name, isBounded, io))) return 1;
  const session = await open();
  await awake(session, name, flags.timeout, io);
  const path = `${pathOf(name, 'prune')}?${query.toString()}`;
  const answer = await session.client.raw(path, { method: 'POST', signal: io.signal });
  const { records, reclaimedBytes } = answer as { readonly records: number; readonly reclaimedBytes: number };
  await print(io.stdout, `${records} ${records === 1 ? 'record' : 'records'} removed\n`);
  await print(io.stdout, `Total reclaimed space: ${humanSize(reclaimedBytes)}\n`);
  return 0;
};

async function isAgreed(name: string, isBounded: boolean, io: Io): Promise<boolean> {
  if (io.stdin.isTTY !== true) throw new UsageError('nobody can be asked whether to go on: say --force');
  const what = isBounded ? 'what the flags name of the build cache' : 'all of the build cache that is not in use';
  io.stderr.write(`This removes ${what} of builder "${name}". Go on? [y/N] `);
  for await (const chunk of io.stdin) return /^y(es)?\s*$/i.test(Buffer.from(chunk).toString('utf8'));
  return false;
}
