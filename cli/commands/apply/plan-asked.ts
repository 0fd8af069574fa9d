import { UsageError } from '../../errors.ts';

/** What `apply --plan` asks for. */
export type PlanAsked =
  | { readonly type: 'none' }
  /** `--dry-run=server --plan` */
  | { readonly type: 'show' }
  /** `--plan FILE`, `--plan=FILE` */
  | { readonly type: 'carry-out'; readonly file: string };

interface Given {
  readonly flags: { readonly plan: string | undefined; readonly 'dry-run': string };
  readonly args: readonly string[];
}

/** Throws UsageError. The file may stand behind the flag like any argument, because the flag needs none. */
export function planAsked({ flags, args }: Given): PlanAsked {
  const { plan } = flags;
  const [behind, ...more] = plan === '' ? args : ['', ...args];
  if (more.length > 0) throw new UsageError(`unexpected argument "${more[0] ?? ''}": files are named with -f`);
  if (plan === undefined) return { type: 'none' };
  const file = plan === '' ? behind : plan;
  if (file !== undefined && file !== '') return { type: 'carry-out', file };
  if (flags['dry-run'] === 'server') return { type: 'show' };
  throw new UsageError(
    '--plan needs the file that "tsmoby diff -o plan=FILE" has written, or --dry-run=server to show what would follow',
  );
}
