import type { Session } from '../../connect/session.ts';
import { print, type Io } from '../../io.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { OutputFormat } from '../../output/format.ts';
import { askForVersions } from '../../plan/ask-for-versions.ts';
import { noteWithoutPlan, reportDocument } from '../../plan/report-document.ts';
import { fieldsText, nameOf, stepsText } from '../../plan/report-text.ts';
import { reportPlan, type PlanReport, type ReportedObject } from '../../plan/report.ts';
import type { Call } from '../command.ts';
import type { applyFlags } from './flags.ts';

const RESULTS = {
  create: 'created',
  update: 'configured',
  delete: 'deleted',
  unchanged: 'unchanged',
} as const satisfies Record<ReportedObject['operation'], string>;

/** What an apply would change, field by field, and what would follow. Resolves with the exit code: nothing is wrong with a difference. */
export async function showPlan(
  call: Call<typeof applyFlags>,
  session: Session,
  manifests: readonly Manifest[],
  format: OutputFormat,
): Promise<number> {
  const { io } = call;
  const { versions, failed } = await askForVersions(call, session, manifests);
  if (versions.length === 0) return 1;
  const report = await reportPlan(session, versions, io.signal);
  noteWithoutPlan(report, io);
  const isDocument = format.type === 'json' || format.type === 'yaml';
  await print(io.stdout, isDocument ? await reportDocument(report, format.type) : planText(report, io));
  return failed ? 1 : 0;
}

function planText(report: PlanReport, { stdout }: Io): string {
  const objects = report.objects.map((object) => {
    const line = `${nameOf(object)} ${RESULTS[object.operation]} (server dry run)\n`;
    // all of what is new stands in its file
    return object.operation === 'update' ? line + fieldsText(object, stdout) : line;
  });
  const steps = stepsText(report, stdout);
  return objects.join('') + (steps === '' ? '' : `\n${steps}`);
}
