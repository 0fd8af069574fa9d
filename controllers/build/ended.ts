import { REASONS } from '../../schemas/conditions.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { buildFailureText, failureOf } from './failure.ts';
import { DEFINITION_SOURCE, isLayoutRecord, layoutRecordName, recordName, sourceId } from './names.ts';
import { recordEnd, recordInterrupted, trim } from './record.ts';
import { isNeeded } from './needed.ts';
import type { Visit } from './visit.ts';

/** Logs of the newest builds stay, whatever became of them. */
const NEWEST_LOGS = 3;

/** Writes down how the last build ended, durably, before its job is forgotten; and clears up what it left. */
export async function settleEnded(visit: Visit): Promise<void> {
  const { build, context, deps, key } = visit;
  const { status } = context;
  const job = deps.jobs.get(key);
  if (job?.state.type === 'running') return;
  const isAbandoned = job === undefined && status.current.lastBuild?.phase === 'Running';
  if (job === undefined && !isAbandoned) return;
  if (job === undefined) recordInterrupted(context);
  else recordEnd(build, job, context);
  const failed = job?.state.type === 'failed' ? failureOf(job.state.error) : undefined;
  if (failed) visit.failed = { reason: failed.reason, message: buildFailureText(job?.number, failed) };
  // What is there now is not what was sent.
  if (failed?.reason === REASONS.ContextChanged) deps.looks.drop(key);
  await status.flush();
  if (job?.state.type !== 'succeeded') await dropUnfinished(visit);
  deps.jobs.forget(key);
  await tidy(visit);
  await keepLogs(visit);
}

/** Results, layouts of contexts, and nothing else, are in the store for this Build. */
export async function clearUp({ build, context, deps }: Visit): Promise<void> {
  const { uid } = build.metadata;
  const { history = [], recordName: inUse } = context.status.current;
  const known = [inUse, ...history.map((kept) => kept.recordName)].filter((name) => name !== undefined);
  await deps.results.clearUp(uid, new Set([...known, ...layoutRecords(build)]));
}

const layoutRecords = ({ metadata, spec }: Build): readonly string[] =>
  (spec.contexts ?? []).flatMap(({ name, ociLayout }) =>
    ociLayout === undefined ? [] : [layoutRecordName(metadata.uid, name)],
  );

/** What was brought here for contexts that the spec no longer has goes, once for each spec that was built. */
export async function tidyContexts({ build, context, deps, key }: Visit): Promise<void> {
  const { uid, generation } = build.metadata;
  if (deps.tidied.has(key) && deps.tidied.get(key) === generation) return;
  const names = [undefined, DEFINITION_SOURCE, ...(build.spec.contexts ?? []).map(({ name }) => name)];
  await deps.contexts.keep(
    uid,
    names.map((name) => sourceId(uid, name)),
  );
  // Those of former daemons went when this one came.
  if (deps.tidied.has(key)) {
    const kept = new Set(layoutRecords(build));
    await deps.results.removeOf(uid, (name) => isLayoutRecord(uid, name) && !kept.has(name), context.signal);
  }
  deps.tidied.set(key, generation);
}

/** The image may have been there already when the build was ended. */
async function dropUnfinished({ build, context, deps }: Visit): Promise<void> {
  const { lastBuild, history = [] } = context.status.current;
  const number = lastBuild?.number;
  if (number === undefined || history.some((kept) => kept.number === number)) return;
  await deps.results.remove(recordName(build.metadata.uid, number));
}

/** Results beyond the limit go: first out of status, then out of the store. */
export async function tidy({ build, context, deps }: Visit): Promise<void> {
  const { status } = context;
  const { history = [], number } = status.current;
  const kept = trim(history, number, build.spec, (digest) => isNeeded(build, digest, context.reader));
  if (kept.length === history.length) return;
  status.set({ history: kept.length === 0 ? undefined : kept });
  await status.flush();
  for (const entry of history) {
    if (!kept.includes(entry) && entry.recordName !== undefined) await deps.results.remove(entry.recordName);
  }
}

async function keepLogs({ build, context, deps }: Visit): Promise<void> {
  const { history = [], lastBuild } = context.status.current;
  const newest = Array.from({ length: NEWEST_LOGS }, (_, back) => (lastBuild?.number ?? 0) - back);
  const numbers = new Set([...newest, ...history.flatMap(({ number }) => number ?? [])].filter((number) => number > 0));
  await deps.logs.keep(build.metadata.uid, [...numbers]);
}
