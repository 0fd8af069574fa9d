import type { Session } from '../../connect/session.ts';
import { print, type Io } from '../../io.ts';
import { noteWithoutPlan } from '../../plan/report-document.ts';
import { stepsText } from '../../plan/report-text.ts';
import { reportPlan, type ObjectChange, type PlanReport } from '../../plan/report.ts';
import { runDiffProgram } from './diff-program.ts';
import { writeVersionFiles } from './version-files.ts';

/** What a program that compares ends with when there is a difference; above it, something is wrong. */
const DIFFERENT = 1;

/**
 * Shows as text what differs, then what the server's controllers would do about it. Resolves with the exit code of the program that compares; the report is absent
 * where that one was not happy: what follows would be read as all that differs.
 */
export async function showChanges(
  io: Io,
  session: Session,
  changes: readonly ObjectChange[],
  options: { readonly managedFields: boolean },
): Promise<{ readonly code: number; readonly report?: PlanReport }> {
  let code: number;
  {
    await using files = await writeVersionFiles(io, changes, options);
    code = await runDiffProgram(io, files.live, files.merged);
  }
  if (code > DIFFERENT) return { code };
  const report = await reportPlan(session, changes, io.signal);
  noteWithoutPlan(report, io);
  const steps = stepsText(report, io.stdout);
  if (steps !== '') await print(io.stdout, `\n${steps}`);
  return { code, report };
}
