import { isReason, type List, type ListOptions } from '../../../client/client.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { refOf } from '../../kinds/directory.ts';
import { filterOf, type Target } from '../../resources/targets.ts';
import type { GetValues } from './flags.ts';

/** Of one kind: what came, and what could not be had. */
export interface Fetched<T> {
  readonly target: Target;
  readonly items: readonly T[];
  readonly errors: readonly unknown[];
}

interface Page {
  readonly metadata: { readonly continue?: string };
}

/** Follows `continue` to the end; when the first page's version has gone meanwhile, asks once more for all in one. */
export async function allPages<P extends Page>(
  chunk: number,
  ask: (options: ListOptions) => Promise<P>,
): Promise<readonly P[]> {
  if (chunk <= 0) return [await ask({})];
  const pages = [await ask({ limit: chunk })];
  try {
    for (let next = pages.at(-1)?.metadata.continue; next; next = pages.at(-1)?.metadata.continue)
      pages.push(await ask({ limit: chunk, continue: next }));
  } catch (error) {
    if (isReason(error, 'Expired')) return [await ask({})];
    throw error;
  }
  return pages;
}

/** Names one after the other, each with its own success or failure; NotFound may be none. */
export async function eachName<T>(
  target: Target,
  flags: GetValues,
  ask: (name: string) => Promise<readonly T[]>,
): Promise<Fetched<T>> {
  const answers = await Promise.allSettled(target.names.map(ask));
  return {
    target,
    items: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    errors: answers.flatMap((answer) =>
      answer.status === 'rejected' && !(flags['ignore-not-found'] && isReason(answer.reason, 'NotFound'))
        ? [answer.reason as unknown]
        : [],
    ),
  };
}

/** Failures of a whole kind are kept beside what other kinds gave. */
export async function settle<T>(target: Target, work: Promise<Fetched<T>>): Promise<Fetched<T>> {
  try {
    return await work;
  } catch (error) {
    return { target, items: [], errors: [error] };
  }
}

/** The whole objects of a target. */
export async function fetchObjects(session: Session, target: Target, flags: GetValues): Promise<Fetched<KubeObject>> {
  const ref = refOf(target.kind);
  const place = target.namespace === undefined ? {} : { namespace: target.namespace };
  if (target.names.length > 0)
    return await eachName(target, flags, async (name) => [await session.client.get({ ...ref, ...place, name })]);
  const pages: readonly List<KubeObject>[] = await allPages(flags['chunk-size'], (page) =>
    session.client.list(ref, { ...place, ...filterOf(flags), ...page }),
  );
  return { target, items: pages.flatMap(({ items }) => items), errors: [] };
}
