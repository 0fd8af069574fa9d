import { isReason, type DeleteOptions } from '../../../client/client.ts';
import type { KubeObject, Status } from '../../../schemas/object.ts';
import { AT_ONCE, startBounded } from '../../bounded.ts';
import { isUnreachable, type Session } from '../../connect/session.ts';
import type { FlagValues, Flags } from '../../flags/flags.ts';
import { note, print, type Io } from '../../io.ts';
import { refOf, shownName, singularOf, type KindInfo } from '../../kinds/directory.ts';
import { errorLines } from '../../output/error-lines.ts';
import type { selectorFlags } from '../../resources/flags.ts';
import { filterOf, type Target } from '../../resources/targets.ts';
import { awaitObjects, MET, PENDING } from '../../wait/await-objects.ts';
import { unmetLines } from '../../wait/unmet-lines.ts';

/** `--timeout=0`: as long as it takes. */
const FOREVER_MS = 7 * 24 * 3600 * 1000;

interface DeleteFlags extends FlagValues<typeof selectorFlags> {
  readonly wait: boolean;
  readonly timeout: number;
  readonly force: boolean;
  readonly 'ignore-not-found': boolean;
  readonly 'dry-run': string;
}

export interface HowToDelete {
  /** `-o name` */
  readonly namesOnly: boolean;
  readonly propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>;
  readonly gracePeriodSeconds: number | undefined;
}

/** One object that is to go. */
interface Doomed {
  readonly kind: KindInfo;
  readonly namespace?: string;
  readonly name: string;
}

/** Deletes, tells of each, and waits until all are gone. Resolves with the exit code. */
export async function deleteTargets(
  { flags, io }: { readonly flags: DeleteFlags & FlagValues<Flags>; readonly io: Io },
  session: Session,
  targets: readonly Target[],
  how: HowToDelete,
): Promise<number> {
  const doomed = (await Promise.all(targets.map((target) => objectsOf(session, target, flags)))).flat();
  const remaining: (Doomed & { readonly uid: string | undefined })[] = [];
  let failed = false;
  for (const { one, answer } of startDeletes(session, doomed, flags, how, io)) {
    try {
      remaining.push({ ...one, uid: uidOf(await answer) });
      await print(io.stdout, resultLine(one, flags, how));
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (flags['ignore-not-found'] && isReason(error, 'NotFound')) continue;
      failed = true;
      for (const line of errorLines(error, session.where)) note(io, line);
    }
  }
  if (doomed.length === 0 && !how.namesOnly) note(io, 'No resources found');
  if (!flags.wait || flags['dry-run'] === 'server') return failed ? 1 : 0;
  const uids = new Map(remaining.map((one) => [keyOf(one), one.uid]));
  const unmet = await awaitObjects(session, io, remaining, {
    timeoutMs: flags.timeout > 0 ? flags.timeout : FOREVER_MS,
    onMet: () => undefined,
    judge: (object, one) => (object === undefined || object.metadata.uid !== uids.get(keyOf(one)) ? MET : PENDING),
  });
  for (const one of unmet) for (const line of unmetLines(one)) note(io, line);
  return failed || unmet.length > 0 ? 1 : 0;
}

const keyOf = ({ kind, namespace = '', name }: Doomed): string => `${singularOf(kind)} ${namespace} ${name}`;

/** Those that are named, or those that the selectors let through. */
async function objectsOf({ client }: Session, target: Target, flags: DeleteFlags): Promise<readonly Doomed[]> {
  const { kind, namespace, names } = target;
  const place = namespace === undefined ? {} : { namespace };
  if (names.length > 0) return names.map((name) => ({ kind, name, ...place }));
  const { items } = await client.list(refOf(kind), { ...place, ...filterOf(flags) });
  return items.map(({ metadata }) => ({
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  }));
}

/**
 * When an object's turn comes. Containers go first: one that still runs when its Image goes would ask for another. Namespaces
 * go last: what is in them is named too, and shall be found.
 */
function turnOf({ kind }: Doomed): 0 | 1 | 2 {
  if (kind.kind === 'Container' && kind.group === 'tsmoby.dev') return 0;
  return kind.kind === 'Namespace' && kind.group === '' ? 2 : 1;
}

/** A turn begins when all deletes of the one before are answered. Told turn by turn, in the order they were named. */
function startDeletes(
  { client }: Session,
  doomed: readonly Doomed[],
  flags: DeleteFlags,
  { propagationPolicy, gracePeriodSeconds }: HowToDelete,
  { signal }: Io,
): readonly { readonly one: Doomed; readonly answer: Promise<KubeObject | Status> }[] {
  const remove = ({ kind, namespace, name }: Doomed): Promise<KubeObject | Status> =>
    client.delete(
      { ...refOf(kind), name, ...(namespace === undefined ? {} : { namespace }) },
      {
        propagationPolicy,
        signal,
        dryRun: flags['dry-run'] === 'server',
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      },
    );
  let before: Promise<unknown> = Promise.resolve();
  return [0, 1, 2].flatMap((turn) => {
    const ours = doomed.filter((one) => turnOf(one) === turn);
    const ready = before;
    const answers = startBounded(ours, AT_ONCE, async (one) => {
      await ready;
      return await remove(one);
    });
    before = Promise.allSettled([ready, ...answers]);
    return ours.map((one, at) => ({ one, answer: answers[at] as Promise<KubeObject | Status> }));
  });
}

/** Undefined when it is gone already. */
const uidOf = (answer: KubeObject | Status): string | undefined =>
  answer.kind === 'Status' && 'status' in answer ? answer.details?.uid : (answer as KubeObject).metadata.uid;

function resultLine(one: Doomed, flags: DeleteFlags, { namesOnly }: HowToDelete): string {
  if (namesOnly) return `${shownName(one.kind, one.name)}\n`;
  const dry = flags['dry-run'] === 'server' ? ' (server dry run)' : '';
  return `${singularOf(one.kind)} "${one.name}" ${flags.force ? 'force ' : ''}deleted${dry}\n`;
}
