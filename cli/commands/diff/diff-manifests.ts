import type { Session } from '../../connect/session.ts';
import { note, print } from '../../io.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { askForVersions } from '../../plan/ask-for-versions.ts';
import { isDifferent, reportPlan } from '../../plan/report.ts';
import { noteWithoutPlan, reportDocument } from '../../plan/report-document.ts';
import type { Call } from '../command.ts';
import type { diffFlags } from './flags.ts';
import type { DiffOutput } from './output.ts';
import { showChanges } from './show-changes.ts';

const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

type DiffCall = Call<typeof diffFlags>;

/**
 * Shows what differs, then what the server's controllers would do about it. What the server refuses is told, and does not hide
 * the others. Resolves with the exit code.
 */
export async function diffManifests(
  call: DiffCall,
  session: Session,
  manifests: readonly Manifest[],
  output: DiffOutput,
): Promise<number> {
  const { flags, io } = call;
  const { versions, failed } = await askForVersions(call, session, manifests, flags.concurrency);
  if (versions.length === 0) return FAILED;
  if (output.type === 'json' || output.type === 'yaml') {
    const report = await reportPlan(session, versions, io.signal);
    noteWithoutPlan(report, io);
    await print(io.stdout, await reportDocument(report, output.type));
    return failed ? FAILED : isDifferent(report) ? DIFFERENT : SAME;
  }
  const { code, report } = await showChanges(io, session, versions, {
    managedFields: flags['show-managed-fields'],
  });
  if (output.type === 'plan') {
    if (failed || report === undefined) {
      note(io, `error: ${output.file} is not written: there is no plan for all of these objects`);
      return FAILED;
    }
    const { planFileOf } = await import('../../plan/plan-file.ts');
    const { writePlanFile } = await import('../../plan/stored-plan.ts');
    await writePlanFile(io, output.file, planFileOf(versions, report));
    note(io, `the plan is in ${output.file}; carry it out with: tsmoby apply --plan ${output.file} -f …`);
  }
  return failed ? FAILED : code;
}
