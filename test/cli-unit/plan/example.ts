import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanReport } from '../../../cli/plan/report.ts';

/** What docs/plans.md shows: objects that are there, files, and the document. */
export async function exampleOf(): Promise<{
  readonly before: string;
  readonly after: string;
  readonly report: PlanReport;
}> {
  const page = await readFile(join(import.meta.dirname, '../../../docs/plans.md'), 'utf8');
  const block = (name: string): string => {
    const text = new RegExp(`<!-- ${name} -->\\n\\n\`\`\`\\w+\\n([^]*?)\\n\`\`\``).exec(page)?.[1];
    if (text === undefined) throw new Error(`docs/plans.md has no block after <!-- ${name} -->`);
    return text;
  };
  return { before: block('before'), after: block('after'), report: JSON.parse(block('report')) as PlanReport };
}

/** A printed document with uids as the page has them. */
export const shortened = (text: string): PlanReport =>
  JSON.parse(text, (key, value: unknown) => (key === 'uid' ? '…' : value)) as PlanReport;
