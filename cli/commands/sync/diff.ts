import { note, print } from '../../io.ts';
import { parseFormat } from '../../output/format.ts';
import { noteWithoutPlan, reportDocument } from '../../plan/report-document.ts';
import { reportPlan } from '../../plan/report.ts';
import { showChanges } from '../diff/show-changes.ts';
import type { SyncAction } from './actions.ts';
import { oneName } from './one-sync.ts';
import { readPreview } from './preview.ts';

const SAME = 0;
const DIFFERENT = 1;
const FAILED = 2;

/** What the next application would change, and what follows from that for what runs. Exit codes as those of `tsmoby diff`. */
export const diffSync: SyncAction = async ({ flags, args, io, session: open }) => {
  const name = oneName('diff', args);
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const session = await open();
  const { changes, problems, notes } = await readPreview(session, name, io.signal);
  for (const text of notes) note(io, `note: ${text}`);
  for (const text of problems) note(io, `error: ${text}`);
  const failed = problems.length > 0;
  if (format.type === 'json' || format.type === 'yaml') {
    const report = await reportPlan(session, changes, io.signal);
    noteWithoutPlan(report, io);
    await print(io.stdout, await reportDocument(report, format.type));
    return failed ? FAILED : changes.length > 0 ? DIFFERENT : SAME;
  }
  if (changes.length === 0) return failed ? FAILED : SAME;
  const { code, report } = await showChanges(io, session, changes, { managedFields: false });
  if (report === undefined) return code;
  return failed ? FAILED : DIFFERENT;
};
