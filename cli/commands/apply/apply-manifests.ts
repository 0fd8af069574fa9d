import { ApiError } from '../../../client/client.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { AT_ONCE, startBounded } from '../../bounded.ts';
import { isUnreachable, type Session } from '../../connect/session.ts';
import { note, print } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import { refusalLines } from '../../manifests/refusal-lines.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { OutputFormat } from '../../output/format.ts';
import { objectText } from '../../output/object-text.ts';
import type { Call } from '../command.ts';
import { applyOptions } from './apply-options.ts';
import type { applyFlags } from './flags.ts';
import { runEffectOf } from './run-effect.ts';
import type { ApplySet } from './set/apply-set.ts';
import { isUnchanged, wouldBeSame } from './is-unchanged.ts';
import { isContainer, keyOf, metadataBefore, type Found } from './metadata-before.ts';

export interface Applied {
  readonly manifest: Manifest;
  readonly object: KubeObject;
}

/**
 * Sends every manifest, namespaces before what lives in them, and tells of each in the order of the files. A refusal does
 * not stop the others. Resolves with the exit code.
 */
export async function applyManifests(
  call: Call<typeof applyFlags>,
  session: Session,
  manifests: readonly Manifest[],
  format: OutputFormat,
): Promise<number> {
  const { flags, io } = call;
  const before = await metadataBefore(session, manifests, {
    whole: flags['dry-run'] === 'server',
    signal: io.signal,
  });
  const set = await openSet(call, session, manifests, before, format);
  const send = senderOf(call, session, set);
  const answers = new Map<Manifest, Promise<KubeObject>>();
  for (const stage of [manifests.filter(isFoundation), manifests.filter((manifest) => !isFoundation(manifest))]) {
    await Promise.allSettled(answers.values());
    for (const [at, answer] of startBounded(stage, AT_ONCE, send).entries()) answers.set(stage[at] as Manifest, answer);
  }
  const applied: Applied[] = [];
  let failed = false;
  for (const manifest of manifests) {
    try {
      const object = (await answers.get(manifest)) as KubeObject;
      applied.push({ manifest, object });
      if (object.metadata.deletionTimestamp !== undefined)
        note(io, `Warning: ${shownName(manifest.kind, manifest.name)} is being deleted: what was applied goes with it`);
      if (format.type === 'table')
        await print(io.stdout, `${resultLine(manifest, object, before.get(keyOf(manifest)), flags)}\n`);
    } catch (error) {
      // there will be no answer for the others either
      if (isUnreachable(error) || !(error instanceof ApiError)) throw error;
      failed = true;
      for (const line of refusalLines(manifest, error)) note(io, line);
    }
  }
  if (format.type !== 'table') await print(io.stdout, await appliedText(applied, format, flags['show-managed-fields']));
  if (failed) {
    if (set !== undefined) note(io, 'error: nothing is pruned, as not all objects could be applied');
    return 1;
  }
  const pruned = await set?.prune();
  if (!flags.wait || flags['dry-run'] === 'server') return pruned?.ok === false ? 1 : 0;
  const { waitForApplied } = await import('./wait-for-applied.ts');
  const code = await waitForApplied(call, session, manifests, pruned?.going ?? []);
  return pruned?.ok === false ? 1 : code;
}

/** Undefined: nothing is to be pruned. */
async function openSet(
  { flags, io }: Call<typeof applyFlags>,
  session: Session,
  manifests: readonly Manifest[],
  before: ReadonlyMap<string, Found>,
  format: OutputFormat,
): Promise<ApplySet | undefined> {
  if (flags.applyset === undefined) return undefined;
  const { ApplySet: Loaded } = await import('./set/apply-set.ts');
  return await Loaded.open({
    session,
    io,
    manifests,
    before,
    parent: flags.applyset,
    force: flags['force-conflicts'],
    dryRun: flags['dry-run'] === 'server',
    isPlain: format.type === 'table',
  });
}

/** Others live in it, or are described by it. */
export const isFoundation = ({ kind: { kind, group } }: Manifest): boolean =>
  (kind === 'Namespace' && group === '') || (kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io');

function senderOf(
  call: Call<typeof applyFlags>,
  { client }: Session,
  set: ApplySet | undefined,
): (manifest: Manifest) => Promise<KubeObject> {
  const options = applyOptions(call);
  return ({ object }) => client.apply(set?.member(object) ?? object, options);
}

/** `before`: as it was found, undefined when it was not there. */
export function resultLine(
  manifest: Manifest,
  object: KubeObject,
  before: Found | undefined,
  flags: Call<typeof applyFlags>['flags'],
): string {
  const isDry = flags['dry-run'] === 'server';
  const same =
    before !== undefined &&
    (isDry
      ? wouldBeSame(before, object)
      : isUnchanged(object, before.metadata, object.metadata, flags['field-manager']));
  const result = before === undefined ? 'created' : same ? 'unchanged' : 'configured';
  const suffix = isDry ? ' (server dry run)' : '';
  return `${shownName(manifest.kind, manifest.name)} ${result}${result === 'configured' ? nextOf(manifest, object, before) : ''}${suffix}`;
}

/** What becomes of a container that runs, in the words of `diff`: the same comparison as the controller's. */
function nextOf({ kind }: Manifest, object: KubeObject, before: Found | undefined): string {
  if (before === undefined || !isContainer(kind) || !('spec' in before)) return '';
  const effect = runEffectOf(before as Container, object as Container);
  return effect === undefined ? '' : ` - ${effect}`;
}

export async function appliedText(
  applied: readonly Applied[],
  format: OutputFormat,
  managedFields: boolean,
): Promise<string> {
  if (format.type === 'table' || applied.length === 0) return '';
  const named = applied.map(({ manifest, object }) => ({ object, shown: shownName(manifest.kind, manifest.name) }));
  return await objectText(named, format, { headers: true, managedFields, single: true });
}
