import { encodeJson } from '../../schemas/text/json.ts';
import { note, type Io } from '../io.ts';
import { isDifferent, type PlanReport } from './report.ts';

/** The whole report for a script, line end included. */
export async function reportDocument(report: PlanReport, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${encodeJson(report, 4)}\n`;
  const { encodeYaml } = await import('../../schemas/text/encode-yaml.ts');
  return encodeYaml(report);
}

/** Says on standard error that steps are missing, where there may be some. */
export function noteWithoutPlan(report: PlanReport, io: Io): void {
  if (!report.planned && isDifferent(report))
    note(io, 'note: this server makes no plans: what its controllers would do is not known');
}
