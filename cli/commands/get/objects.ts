import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { note, print } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import { errorLines } from '../../output/error-lines.ts';
import type { ObjectFormat } from '../../output/format.ts';
import { objectText, type NamedObject } from '../../output/object-text.ts';
import { sortByPath } from '../../output/sort-by.ts';
import type { Target } from '../../resources/targets.ts';
import type { Call } from '../command.ts';
import type { getFlags } from './flags.ts';
import { fetchObjects, settle } from './fetch.ts';
import { noneFound } from '../../resources/none-found.ts';

/** Prints whole objects: one as itself when it was named, else a List. Resolves with the exit code. */
export async function showObjects(
  { flags, io }: Call<typeof getFlags>,
  session: Session,
  targets: readonly Target[],
  format: ObjectFormat,
): Promise<number> {
  const fetched = await Promise.all(targets.map((target) => settle(target, fetchObjects(session, target, flags))));
  const named = fetched.flatMap(({ target, items }) => items.map((object) => namedObject(object, target)));
  const path = flags['sort-by'];
  const objects = path === undefined ? named : sortByPath(named, path, ({ object }) => object);
  const errors = fetched.flatMap((kind) => kind.errors);
  const single = targets.length === 1 && targets[0]?.names.length === 1;
  if (objects.length > 0 || (errors.length === 0 && format.type !== 'name' && !single)) {
    const options = { headers: !flags['no-headers'], managedFields: flags['show-managed-fields'], single };
    await print(io.stdout, await objectText(objects, format, options));
  }
  for (const error of errors) for (const line of errorLines(error, session.where)) note(io, line);
  if (objects.length === 0 && errors.length === 0 && format.type === 'name' && !flags['ignore-not-found'])
    note(io, noneFound(targets));
  return errors.length > 0 ? 1 : 0;
}

/** An object with what stands for it in output. */
export const namedObject = (object: KubeObject, { kind }: Pick<Target, 'kind'>): NamedObject => ({
  object,
  shown: shownName(kind, object.metadata.name),
});
