import { isReason } from '../../../client/client.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { refOf, type KindInfo } from '../../kinds/directory.ts';
import { noneFound } from '../../resources/none-found.ts';
import { filterOf, type Target } from '../../resources/targets.ts';

export interface Found {
  readonly found: readonly { readonly object: KubeObject; readonly kind: KindInfo }[];
  readonly errors: readonly unknown[];
  /** What to say when there is nothing. */
  readonly noneFound: string;
}

/** The objects to describe. A name that is none may be the beginning of some, as kubectl has it. */
export async function findDescribed(
  { client }: Session,
  targets: readonly Target[],
  flags: Parameters<typeof filterOf>[0],
): Promise<Found> {
  const errors: unknown[] = [];
  const found: { readonly object: KubeObject; readonly kind: KindInfo }[] = [];
  for (const { kind, namespace, names } of targets) {
    const ref = refOf(kind);
    const place = namespace === undefined ? {} : { namespace };
    const list = async (): Promise<readonly KubeObject[]> =>
      (await client.list(ref, { ...place, ...filterOf(flags) })).items;
    if (names.length === 0) found.push(...(await list()).map((object) => ({ object, kind })));
    for (const name of names) {
      try {
        found.push({ object: await client.get({ ...ref, ...place, name }), kind });
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
        const near = (await list()).filter(({ metadata }) => metadata.name.startsWith(name));
        if (near.length === 0) errors.push(error);
        found.push(...near.map((object) => ({ object, kind })));
      }
    }
  }
  return { found, errors, noneFound: noneFound(targets) };
}
