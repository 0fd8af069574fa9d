import { builder as builderKind } from '../../../schemas/definitions/builder.ts';
import { UsageError } from '../../errors.ts';
import { print } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import type { BuilderAction } from './actions.ts';

/** Deletes Builders; what tsmoby runs for them ends, with its cache. */
export const removeBuilders: BuilderAction = async ({ args, io, session }) => {
  if (args.length === 0) throw new UsageError('you must name builders: rm NAME…');
  const { client } = await session();
  for (const name of args) {
    await client.delete({ ...refOf(builderKind), name }, { signal: io.signal });
    await print(io.stdout, `builder.tsmoby.dev "${name}" deleted\n`);
  }
  return 0;
};
