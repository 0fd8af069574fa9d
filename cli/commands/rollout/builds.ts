/** What the rollout commands do with a Build: its results are its revisions. */
import type { Build, BuildStatus } from '../../../schemas/gen/types.ts';
import { encodeYaml } from '../../../schemas/text/encode-yaml.ts';
import { BUILD_REQUEST_ANNOTATION } from '../../../schemas/values/build-annotations.ts';
import { computeStatus } from '../../../schemas/values/kstatus.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import { whyHalted } from '../../builds/halted.ts';
import { CommandError } from '../../errors.ts';
import { print, type Io } from '../../io.ts';
import { refOf, type KindInfo } from '../../kinds/directory.ts';
import type { Session } from '../../connect/session.ts';
import { MET, PENDING } from '../../wait/await-objects.ts';
import { followRollout, type Progress } from './follow.ts';
import { ROLLOUT_MANAGER } from './ownership.ts';

export type RolloutAction = 'status' | 'history' | 'undo' | 'restart' | 'pause' | 'resume';

export interface RolledBuild {
  readonly session: Session;
  readonly kind: KindInfo;
  readonly object: Build;
  readonly shown: string;
}

interface Flags {
  readonly revision: number;
  readonly 'to-revision': number;
  readonly watch: boolean;
  readonly timeout: number;
}

/** Answers the exit code. */
export async function rolloutBuild(action: RolloutAction, rolled: RolledBuild, io: Io, flags: Flags): Promise<number> {
  switch (action) {
    case 'status':
      return await awaitBuild(rolled, io, flags);
    case 'history':
      await print(io.stdout, historyText(rolled, flags.revision));
      return 0;
    case 'undo':
      await print(io.stdout, `${rolled.shown} ${await undo(rolled, flags['to-revision'])}\n`);
      return 0;
    case 'restart':
      refuseHalted(rolled.object);
      await merge(rolled, { metadata: { annotations: { [BUILD_REQUEST_ANNOTATION]: formatTime(io.now()) } } });
      await print(io.stdout, `${rolled.shown} restarted\n`);
      return 0;
    case 'pause':
      if (rolled.object.spec.suspend === true) throw new CommandError(`${nameOf(rolled)} is already paused`);
      await merge(rolled, { spec: { suspend: true } });
      await print(io.stdout, `${rolled.shown} paused\n`);
      return 0;
    case 'resume':
      await resume(rolled);
      await print(io.stdout, `${rolled.shown} resumed\n`);
      return 0;
  }
}

function refuseHalted(object: Build): void {
  const why = whyHalted(object);
  if (why !== undefined) throw new CommandError(`build "${object.metadata.name}": ${why}`);
}

type Result = NonNullable<BuildStatus['history']>[number];

const nameOf = ({ object }: RolledBuild): string => `build "${object.metadata.name}"`;
const resultsOf = ({ object }: RolledBuild): readonly Result[] => object.status?.history ?? [];

function findResult(rolled: RolledBuild, number: number): Result {
  const found = resultsOf(rolled).find((result) => result.number === number);
  if (found !== undefined) return found;
  const there = resultsOf(rolled)
    .map((result) => result.number)
    .join(', ');
  throw new CommandError(
    `${nameOf(rolled)} has no result ${number}: ${there === '' ? 'there are none' : `there are those of builds ${there}`}`,
  );
}

const COLUMN = 10;

/** Oldest first, as that of other kinds. */
function historyText(rolled: RolledBuild, number: number): string {
  if (number > 0) return `${rolled.shown} with revision #${String(number)}\n${encodeYaml(findResult(rolled, number))}`;
  const rows = resultsOf(rolled)
    .toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0))
    .map(({ number: revision = 0, digest = '', cause = '' }) => {
      const used = revision === rolled.object.status?.number ? ', in use' : '';
      return `${String(revision).padEnd(COLUMN)}${digest.slice(0, 'sha256:'.length + 12)}  ${cause}${used}\n`;
    });
  if (rows.length === 0) throw new CommandError(`no rollout history found for ${nameOf(rolled)}: it has no result yet`);
  return `${rolled.shown}\n${'REVISION'.padEnd(COLUMN)}${'DIGEST'.padEnd('sha256:'.length + 14)}CAUSE\n${rows.join('')}\n`;
}

/** The result is used until `resume`; nothing is built meanwhile. */
async function undo(rolled: RolledBuild, to: number): Promise<string> {
  const { status, spec } = rolled.object;
  const target = to > 0 ? findResult(rolled, to) : before(rolled);
  const { number = 0 } = target;
  if (spec.revertTo === number || (spec.revertTo === undefined && status?.number === number && to > 0))
    return `skipped rollback (the result of build ${String(number)} is in use)`;
  await merge(rolled, { spec: { revertTo: number } });
  return `rolled back to the result of build ${String(number)}; "tsmoby rollout resume build/${rolled.object.metadata.name}" builds again`;
}

/** The newest that is older than the one in use. */
function before(rolled: RolledBuild): Result {
  const { number: used = 0 } = rolled.object.status ?? {};
  const found = resultsOf(rolled)
    .filter(({ number = 0 }) => number < used)
    .toSorted((a, b) => (b.number ?? 0) - (a.number ?? 0))[0];
  if (found === undefined)
    throw new CommandError(`no rollout history found for ${nameOf(rolled)}: there is no older result`);
  return found;
}

async function resume(rolled: RolledBuild): Promise<void> {
  const { suspend, revertTo } = rolled.object.spec;
  if (suspend !== true && revertTo === undefined) throw new CommandError(`${nameOf(rolled)} is not paused`);
  await merge(rolled, { spec: { suspend: null, revertTo: null } });
}

function awaitBuild(rolled: RolledBuild, io: Io, flags: Flags): Promise<number> {
  const { name } = rolled.object.metadata;
  return followRollout(rolled, io, flags, (found) => progressOf(found as Build | undefined, name));
}

function progressOf(object: Build | undefined, name: string): Progress {
  const { state, message } = computeStatus(object);
  if (object === undefined || state === 'Failed' || state === 'NotFound' || state === 'Terminating') {
    const line = `build "${name}": ${message}`;
    return { verdict: { state: 'failed', line }, line };
  }
  if (state === 'Current' && isServed(object))
    return { verdict: MET, line: `build "${name}" successfully rolled out: ${message}` };
  const why = state === 'Current' ? 'it was asked for' : message;
  return { verdict: PENDING, line: `Waiting for build "${name}": ${why}...` };
}

/** What was asked for was done, or nothing is done at all. */
function isServed({ metadata, spec, status }: Build): boolean {
  const request = metadata.annotations?.[BUILD_REQUEST_ANNOTATION];
  return (
    spec.suspend === true ||
    spec.revertTo !== undefined ||
    request === undefined ||
    status?.observedBuildRequest === request
  );
}

async function merge({ session, kind, object }: RolledBuild, patch: object): Promise<void> {
  const { namespace = '', name } = object.metadata;
  await session.client.patch({ ...refOf(kind), namespace, name }, patch, {
    type: 'merge',
    fieldManager: ROLLOUT_MANAGER,
  });
}
