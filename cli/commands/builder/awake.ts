import { builder as builderKind } from '../../../schemas/definitions/builder.ts';
import type { Builder } from '../../../schemas/gen/types.ts';
import { BUILDER_WANTED_ANNOTATION } from '../../../schemas/values/build-annotations.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError } from '../../errors.ts';
import { note, type Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import { follow } from '../../watch/follow.ts';
import { objectSource } from '../../../client/watch/object-source.ts';

/** A managed builder that rests is started, and waited for; others are as they are. Rejects when it does not come up in time. */
export async function awake({ client }: Session, name: string, timeoutMs: number, io: Io): Promise<void> {
  const ref = { ...refOf(builderKind), name };
  const found = await client.get<Builder>(ref, { signal: io.signal });
  if (readyOf(found)?.reason !== 'BuilderIdle') return;
  note(io, `builder "${name}" is being started`);
  const annotations = { [BUILDER_WANTED_ANNOTATION]: formatTime(io.now()) };
  await client.patch(ref, { metadata: { annotations } }, { type: 'merge', signal: io.signal });
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(timeoutMs)]);
  const source = objectSource(client, refOf(builderKind), { fieldSelector: `metadata.name=${name}` });
  let last = found;
  for await (const change of follow(source, io, signal)) {
    if (change.type === 'SYNCED') continue;
    if (change.type === 'DELETED') throw new CommandError(`builder "${name}" was deleted`);
    last = change.item as Builder;
    if (readyOf(last)?.status === 'True' && last.status?.endpoint !== undefined) return;
  }
  io.signal.throwIfAborted();
  const ready = readyOf(last);
  throw new CommandError(`builder "${name}" was not started in time: ${ready?.reason ?? ''}: ${ready?.message ?? ''}`);
}

const readyOf = ({ status }: Builder) => status?.conditions?.find(({ type }) => type === 'Ready');
