import { UsageError } from '../errors.ts';
import { parseFormat } from '../output/format.ts';
import { applyFlags } from './apply/flags.ts';
import { planAsked, type PlanAsked } from './apply/plan-asked.ts';
import { defineCommand } from './command.ts';

export const apply = defineCommand({
  name: 'apply',
  usage: ['-f FILE'],
  description:
    'Make objects as files say: those that are not there are made, others are changed. All files are read and checked before the first object is sent. A relative spec.archive.path of an Image counts from the directory of its file.',
  examples: [
    'tsmoby apply -f samples/quickstart',
    'tsmoby apply -f web.yaml -f db.yaml --wait --timeout=2m',
    'cat web.yaml | tsmoby apply -f -',
    'tsmoby apply -f infra/ --prune --applyset=infra --dry-run=server',
    'tsmoby apply -f infra/ --dry-run=server --plan',
    'tsmoby apply -f infra/ --plan infra.plan',
  ],
  flags: applyFlags,
  async run(call) {
    const { flags, args, given, io } = call;
    if (flags.filename.length === 0)
      throw new UsageError('must specify -f: a file, a directory, a URL, or - for standard input');
    const plan = planAsked({ flags, args });
    if (!flags['server-side']) throw new UsageError('--server-side=false: only server-side apply is there');
    checkPrune(flags, plan);
    const format = parseFormat(flags.output, plan.type === 'show' ? ['json', 'yaml'] : ['name', 'json', 'yaml']);
    const session = await call.session();
    const { loadManifests } = await import('../manifests/load.ts');
    const manifests = await loadManifests(flags, session, io, { namespaceGiven: given.has('namespace') });
    if (plan.type === 'show') {
      const { showPlan } = await import('./apply/plan-show.ts');
      return await showPlan(call, session, manifests, format);
    }
    if (plan.type === 'carry-out') {
      const { carryOutPlan } = await import('./apply/plan-carry-out.ts');
      return await carryOutPlan(call, session, manifests, format, plan.file);
    }
    const { applyManifests } = await import('./apply/apply-manifests.ts');
    return await applyManifests(call, session, manifests, format);
  },
});

function checkPrune(
  { prune, applyset }: { readonly prune: boolean; readonly applyset: string | undefined },
  plan: PlanAsked,
): void {
  if (prune && applyset === undefined)
    throw new UsageError(
      '--prune needs --applyset=NAME, which says of what set the files are: pruning by labels alone (--all, -l) is not there',
    );
  if (!prune && applyset !== undefined) throw new UsageError('--applyset is for --prune alone: give both');
  if (prune && plan.type !== 'none')
    throw new UsageError(
      'a plan knows of no objects that left the files: leave out --plan (--prune --dry-run=server tells what would go), or --prune',
    );
}
