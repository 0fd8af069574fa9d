import { UsageError } from '../../errors.ts';
import { parseFormat } from '../../output/format.ts';

/** What `diff -o` asks for; a plan is shown as text, too. */
export type DiffOutput =
  { readonly type: 'text' } | { readonly type: 'json' | 'yaml' } | { readonly type: 'plan'; readonly file: string };

const PLAN = /^plan(?:=(?<file>.*))?$/s;

/** Throws UsageError that lists what there is. */
export function parseDiffOutput(text: string | undefined): DiffOutput {
  const plan = PLAN.exec(text ?? '');
  if (plan !== null) {
    const file = plan.groups?.['file'] ?? '';
    if (file === '' || file === '-') throw new UsageError('-o plan needs a file to write to: -o plan=changes.plan');
    return { type: 'plan', file };
  }
  const format = parseFormat(text, ['json', 'yaml', 'plan=FILE']);
  return format.type === 'json' || format.type === 'yaml' ? { type: format.type } : { type: 'text' };
}
