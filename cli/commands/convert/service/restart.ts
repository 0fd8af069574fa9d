/** When a service is started again: `restart`, `deploy.restart_policy`. */
import { dropped } from '../book/dropped.ts';
import type { Field, Handlers } from '../book/field.ts';
import type { ServiceDraft } from './draft.ts';

const POLICIES = {
  no: 'Never',
  false: 'Never',
  none: 'Never',
  always: 'Always',
  any: 'Always',
  'unless-stopped': 'Always',
  'on-failure': 'OnFailure',
} as const;

function policyOf(field: Field): { readonly policy: (typeof POLICIES)[keyof typeof POLICIES]; readonly tries: string } {
  const [name = '', tries = ''] = field.text().split(':');
  if (!Object.hasOwn(POLICIES, name))
    return field.fail(`there are no, always, on-failure[:TRIES] and unless-stopped, and not ${JSON.stringify(name)}`);
  return { policy: POLICIES[name as keyof typeof POLICIES], tries };
}

export const restartKeys: Handlers<ServiceDraft> = {
  restart(field, draft) {
    if (draft.plan.field.get('deploy')?.get('restart_policy') !== undefined) {
      policyOf(field);
      return field.ignored('deploy.restart_policy says it, too, and counts');
    }
    const { policy, tries } = policyOf(field);
    draft.spec.restartPolicy = policy;
    const target = draft.at('spec.restartPolicy');
    if (tries !== '') return field.about(target, `without a limit of ${tries} tries: it waits longer each time`);
    return field.to(target);
  },
};

/** Of `deploy`. */
export function putRestart(field: Field, draft: ServiceDraft): void {
  const condition = field.get('condition');
  draft.spec.restartPolicy = condition === undefined ? 'Always' : policyOf(condition).policy;
  const target = draft.at('spec.restartPolicy');
  const further = ['delay', 'max_attempts', 'window'].filter((key) => field.get(key) !== undefined);
  dropped(field, ['condition', 'delay', 'max_attempts', 'window']);
  if (further.length === 0) field.to(target);
  else field.about(target, `without ${further.join(', ')}: it waits longer each time, up to 5 minutes`);
}
