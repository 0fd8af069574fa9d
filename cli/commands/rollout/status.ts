import type { Container } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { askedRestart } from '../../../schemas/values/container-change.ts';
import { CommandError } from '../../errors.ts';
import { note, type Io } from '../../io.ts';
import { awaitObjects, MET, PENDING, type Verdict } from '../../wait/await-objects.ts';
import type { Rolled } from '../rollout.ts';

interface StatusFlags {
  readonly watch: boolean;
  readonly revision: number;
  /** Milliseconds; 0: for ever. */
  readonly timeout: number;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Waits for the end of a rollout and tells on the way what it waits for. Answers the exit code. */
export async function awaitRollout({ session, kind, object }: Rolled, io: Io, flags: StatusFlags): Promise<number> {
  const { namespace = '', name } = object.metadata;
  let told = '';
  const tell = (line: string): void => {
    if (line !== told) io.stdout.write(`${line}\n`);
    told = line;
  };
  const judge = (found: KubeObject | undefined): Verdict => {
    const { verdict, line } = progressOf(found as Container | undefined, name, flags.revision);
    if (verdict.state !== 'failed') tell(line);
    return verdict;
  };
  if (!flags.watch) {
    const verdict = judge(object);
    if (verdict.state === 'failed') throw new CommandError(verdict.line);
    return 0;
  }
  const options = { timeoutMs: flags.timeout > 0 ? flags.timeout : WEEK_MS, judge, onMet: () => undefined };
  const [unmet] = await awaitObjects(session, io, [{ kind, namespace, name }], options);
  if (unmet === undefined) return 0;
  note(io, `error: ${unmet.why === 'timeout' ? 'timed out waiting for the condition' : unmet.why.line}`);
  return 1;
}

interface Progress {
  readonly verdict: Verdict;
  readonly line: string;
}

function progressOf(object: Container | undefined, name: string, revision: number): Progress {
  if (object === undefined) return failure(`container "${name}" was deleted`);
  const { metadata, status = {} } = object;
  const restart = askedRestart(metadata.annotations);
  if (status.observedGeneration !== metadata.generation || status.observedRestart !== restart)
    return pending('Waiting for container spec update to be observed...');
  if (revision > 0 && status.revision !== revision)
    return failure(
      `desired revision (${String(revision)}) is different from the running revision (${String(status.revision ?? 0)})`,
    );
  const condition = status.conditions?.find(({ type }) => type === 'RolledOut');
  const message = condition?.message ?? 'it has not begun';
  switch (condition?.reason) {
    case 'ProgressDeadlineExceeded':
      return failure(`container "${name}" exceeded its progress deadline: ${message}`);
    case 'RolledBack':
      return failure(`container "${name}" was rolled back: ${message}`);
    default:
  }
  const stalled = stalledFor(object);
  if (stalled !== undefined) return failure(`container "${name}" is stalled: ${stalled}`);
  if (condition?.status === 'True') return { verdict: MET, line: `container "${name}" successfully rolled out` };
  return pending(`Waiting for container "${name}" rollout to finish: ${message}...`);
}

/** Why only a change by a person helps what the object asks for now. */
function stalledFor({ metadata, status }: Container): string | undefined {
  const stalled = status?.conditions?.find(({ type, status: is }) => type === 'Stalled' && is === 'True');
  return stalled?.observedGeneration === metadata.generation ? stalled?.message : undefined;
}

const failure = (line: string): Progress => ({ verdict: { state: 'failed', line }, line });
const pending = (line: string): Progress => ({ verdict: PENDING, line });
