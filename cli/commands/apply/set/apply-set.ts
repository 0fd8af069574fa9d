/** `apply --prune`: the files as an ApplySet (KEP-3659), whose members go when the files have them no more. */
import { deleteMember, releaseMember, type Left } from '../../../../client/apply-set/members.ts';
import type { KubeObject, ObjectInput } from '../../../../schemas/object.ts';
import { extentOf, union, type Extent } from '../../../../schemas/values/apply-set/extent.ts';
import { PART_OF_LABEL, PRUNE_ANNOTATION } from '../../../../schemas/values/apply-set/marks.ts';
import { heldBy } from '../../../../schemas/values/apply-set/order.ts';
import { AT_ONCE, startBounded } from '../../../bounded.ts';
import { isUnreachable, type Session } from '../../../connect/session.ts';
import { note, print, type Io } from '../../../io.ts';
import { shownName } from '../../../kinds/directory.ts';
import { ManifestError, type Manifest } from '../../../manifests/manifest.ts';
import { errorLines } from '../../../output/error-lines.ts';
import { keyOf, type Found } from '../metadata-before.ts';
import { findMembers } from './members.ts';
import { parseParent, readParent, shownParents, writeParent, type FoundParent, type Parent } from './parent.ts';
import { planPrune, type Member } from './plan.ts';

export interface ApplySetOptions {
  readonly session: Session;
  readonly io: Io;
  /** As `--applyset` has it. */
  readonly parent: string;
  readonly manifests: readonly Manifest[];
  readonly before: ReadonlyMap<string, Found>;
  readonly force: boolean;
  readonly dryRun: boolean;
  /** Standard output is for lines of what was done. */
  readonly isPlain: boolean;
}

export interface Pruned {
  /** False: something was refused. */
  readonly ok: boolean;
  /** On their way, or gone. */
  readonly going: readonly Member[];
}

interface Done {
  readonly type: 'done';
  /** For people. */
  readonly text: string;
}

/** What became of members. */
interface Ends {
  readonly done: readonly Member[];
  /** As they are, because they are not what was decided about. */
  readonly left: readonly Member[];
  /** Refused. */
  readonly failed: readonly Member[];
}

export class ApplySet {
  readonly #options: ApplySetOptions;
  readonly #parent: Parent;
  readonly #found: FoundParent;

  private constructor(options: ApplySetOptions, parent: Parent, found: FoundParent) {
    this.#options = options;
    this.#parent = parent;
    this.#found = found;
  }

  /**
   * Looks whether the set is ours and may have these objects, and has the parent say what they and the present members are: whatever happens then, nothing is
   * forgotten. Rejects with UsageError, CommandError, ManifestError, ApiError.
   */
  static async open(options: ApplySetOptions): Promise<ApplySet> {
    const { session, io, manifests, dryRun } = options;
    const parent = await parseParent(options.parent, session, io.signal);
    const found = await readParent(parent, session, io.signal);
    const problems = await membershipProblems(options, parent.id);
    if (problems.length > 0) throw new ManifestError(problems);
    const set = new ApplySet(options, parent, found);
    if (!dryRun)
      await writeParent(parent, union(found.extent, extentOf(manifests.map(identityOf))), session, io.signal);
    return set;
  }

  /** The object as a member of the set. */
  member(object: ObjectInput): ObjectInput {
    const labels = { ...object.metadata.labels, [PART_OF_LABEL]: this.#parent.id };
    return { ...object, metadata: { ...object.metadata, labels } };
  }

  /** Lets go of what the files have not, and tells of each. All of the files must have been applied. Rejects with ApiError when the server cannot be reached. */
  async prune(): Promise<Pruned> {
    const { session, io, manifests, dryRun } = this.#options;
    const wanted = manifests.map(identityOf);
    const { namespace } = this.#parent;
    const scope = namespace === undefined ? [] : [namespace];
    const now = extentOf(wanted);
    const everywhere = union(union(this.#found.extent, now), { groupKinds: new Set(), namespaces: new Set(scope) });
    const keys = new Set(manifests.map(keyOf));
    const members = await findMembers(session, this.#parent.id, everywhere, io.signal);
    const unwanted = members.filter(({ kind, object }) => !keys.has(keyOf({ kind, ...object.metadata })));
    const parent = { ...this.#found, ...(namespace === undefined ? {} : { namespace }) };
    const plan = planPrune({ unwanted, wanted, parent });
    for (const { member, why } of plan.left) this.#tellLeft(member, why);
    for (const member of plan.holding) note(io, `Warning: ${shown(member)} stays: objects that stay need it`);
    // as long as they are members, they would be deleted the next time
    const holding = await this.#each(plan.holding, (member) => this.#release(member, 'objects that stay need it'));
    if (holding.failed.length > 0) return { ok: false, going: [] };
    const released = await this.#each(plan.released, (member) =>
      this.#release(member, `${PRUNE_ANNOTATION}: disabled`),
    );
    const { done, left, failed } = await this.#deleteStages(plan.deleted);
    const ok = released.failed.length + failed.length === 0;
    const staying = [...plan.left.map(({ member }) => member), ...released.left, ...left];
    if (ok && !dryRun) await this.#shrink(union(now, extentOf(staying.map(({ object }) => object))));
    return { ok, going: done };
  }

  /** What turns out to stay keeps what it needs. */
  async #deleteStages(stages: readonly (readonly Member[])[]): Promise<Ends> {
    const ends = { done: [] as Member[], left: [] as Member[], failed: [] as Member[] };
    for (const stage of stages) {
      const staying = [...ends.left, ...ends.failed].map(({ object }) => object);
      const held = new Set(
        heldBy(
          staying,
          stage.map(({ object }) => object),
        ),
      );
      const kept = stage.filter(({ object }) => held.has(object));
      for (const member of kept) this.#tellLeft(member, 'objects that are still there need it');
      const { done, left, failed } = await this.#each(
        stage.filter(({ object }) => !held.has(object)),
        (member) => this.#delete(member),
      );
      ends.done.push(...done);
      ends.left.push(...kept, ...left);
      ends.failed.push(...failed);
    }
    return ends;
  }

  async #release({ object }: Member, why: string): Promise<Done | Left> {
    const { session, io, dryRun } = this.#options;
    const end = await releaseMember(session.client, object, this.#parent.id, { signal: io.signal, dryRun });
    if (end.type === 'left') return end;
    return { type: 'done', text: end.type === 'gone' ? 'is gone already' : `released (${why})` };
  }

  async #delete({ kind, object }: Member): Promise<Done | Left> {
    const { session, io, dryRun } = this.#options;
    const end = await deleteMember(session.client, object, this.#parent.id, { signal: io.signal, dryRun });
    if (end.type === 'left') return end;
    const isVolume = kind.kind === 'Volume' && kind.group === 'tsmoby.dev';
    const isKept = isVolume && end.type === 'going' && keepsData(end.object);
    return { type: 'done', text: isKept ? 'pruned (its data stays: spec.reclaimPolicy is Retain)' : 'pruned' };
  }

  #tellLeft(member: Member, why: string): void {
    note(this.#options.io, `Warning: ${shown(member)} stays in the set: ${why}`);
  }

  async #shrink(extent: Extent): Promise<void> {
    await writeParent(this.#parent, extent, this.#options.session, this.#options.io.signal);
  }

  /** Several at a time, told in order. */
  async #each(members: readonly Member[], work: (member: Member) => Promise<Done | Left>): Promise<Ends> {
    const { io, session, dryRun, isPlain } = this.#options;
    const suffix = dryRun ? ' (server dry run)' : '';
    const ends = { done: [] as Member[], left: [] as Member[], failed: [] as Member[] };
    for (const [at, answer] of startBounded(members, AT_ONCE, work).entries()) {
      const member = members[at] as Member;
      try {
        const end = await answer;
        ends[end.type].push(member);
        if (end.type === 'left') note(io, `Warning: ${shown(member)} is left alone: ${end.why}`);
        else await print(isPlain ? io.stdout : io.stderr, `${shown(member)} ${end.text}${suffix}\n`);
      } catch (error) {
        if (isUnreachable(error)) throw error;
        ends.failed.push(member);
        for (const line of errorLines(error, session.where)) note(io, line);
      }
    }
    return ends;
  }
}

const shown = ({ kind, object }: Member): string => shownName(kind, object.metadata.name);

/** What an object is among all, and nothing that it wants. */
const identityOf = ({ object, name, namespace }: Manifest): ObjectInput => ({
  ...object,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

function keepsData(volume: KubeObject): boolean {
  const { spec = {} } = volume as { readonly spec?: { readonly reclaimPolicy?: string; readonly tmpfs?: unknown } };
  return spec.reclaimPolicy !== 'Delete' && spec.tmpfs === undefined;
}

/** An object has one set at most, and it is not the file that says which. */
async function membershipProblems(
  { manifests, before, force, session, io }: ApplySetOptions,
  id: string,
): Promise<readonly string[]> {
  const own = manifests.flatMap(({ object, document, kind, name }) =>
    object.metadata.labels?.[PART_OF_LABEL] === undefined
      ? []
      : [
          `${document.place('metadata.labels')}: ${shownName(kind, name)}: label ${PART_OF_LABEL} is set by --applyset: leave it out`,
        ],
  );
  if (force) return own;
  const held = manifests.flatMap((manifest) => {
    const owner = before.get(keyOf(manifest))?.metadata.labels?.[PART_OF_LABEL];
    return owner === undefined || owner === id ? [] : [{ manifest, owner }];
  });
  const owners = new Map(
    await Promise.all(
      [...new Set(held.map(({ owner }) => owner))].map(
        async (owner) => [owner, await shownParents(owner, session, io.signal)] as const,
      ),
    ),
  );
  return [
    ...own,
    ...held.map(
      ({ manifest: { document, kind, name }, owner }) =>
        `${document.place()}: ${shownName(kind, name)} is a member of another ApplySet (${owners.get(owner) ?? owner}): take it out of that one, or take it over with --force-conflicts`,
    ),
  ];
}
