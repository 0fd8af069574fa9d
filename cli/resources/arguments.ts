import { CommandError, UsageError } from '../errors.ts';
import type { KindDirectory, KindInfo } from '../kinds/directory.ts';

/** Objects that arguments name: some of a kind, or, without names, all of it. */
export interface Selection {
  readonly kind: KindInfo;
  readonly names: readonly string[];
}

/**
 * `KIND[,KIND] [NAME …]` or `KIND/NAME …`, as kubectl takes them; a category (`all`) stands for its kinds. Rejects with
 * UsageError or CommandError.
 */
export async function selectionsOf(args: readonly string[], kinds: KindDirectory): Promise<readonly Selection[]> {
  const slashes = args.filter((arg) => arg.includes('/'));
  if (slashes.length > 0) {
    const plain = args.find((arg) => !arg.includes('/'));
    if (plain === undefined) return await namedSelections(args, kinds);
    throw new UsageError(
      `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form: "${plain}" stands beside "${slashes[0] ?? ''}"`,
    );
  }
  const [typed = '', ...names] = args;
  const found = await Promise.all(typed.split(',').map((one) => kindsOf(one, kinds)));
  return found.flat().map((kind) => ({ kind, names }));
}

async function kindsOf(typed: string, kinds: KindDirectory): Promise<readonly KindInfo[]> {
  if (typed === '') throw new UsageError('a kind is missing: write KIND or KIND,KIND');
  try {
    return [await kinds.typed(typed)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const category = await kinds.category(typed.toLowerCase());
    if (category.length > 0) return category;
    throw error;
  }
}

/** Neighbours of one kind are put together. */
async function namedSelections(args: readonly string[], kinds: KindDirectory): Promise<readonly Selection[]> {
  const selections: Selection[] = [];
  for (const arg of args) {
    const [typed = '', name = '', ...more] = arg.split('/');
    if (typed === '' || name === '' || more.length > 0)
      throw new UsageError(`arguments in resource/name form must have a single resource and name: "${arg}"`);
    const kind = await kinds.typed(typed);
    const last = selections.at(-1);
    if (last?.kind === kind) selections[selections.length - 1] = { kind, names: [...last.names, name] };
    else selections.push({ kind, names: [name] });
  }
  return selections;
}
