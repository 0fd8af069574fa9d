/** What comes first: `depends_on`, and what refers to other services without saying so. */
import type { ContainerDependsOn } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import type { Field, Handlers } from '../book/field.ts';
import type { ServiceDraft } from './draft.ts';
import { serviceNamed } from './networks.ts';

const CONDITIONS: Readonly<Record<string, NonNullable<ContainerDependsOn['condition']>>> = {
  service_started: 'Started',
  service_healthy: 'Ready',
  service_completed_successfully: 'Completed',
};

export const orderKeys: Handlers<ServiceDraft> = {
  depends_on(field, draft) {
    const differences: string[] = [];
    for (const [key, options] of field.named()) differences.push(...dependOn(draft, key, options));
    const target = draft.at('spec.dependsOn');
    if (differences.length === 0) field.to(target);
    else field.about(target, [...new Set(differences)].join('; '));
  },
};

function dependOn(draft: ServiceDraft, key: string, options: Field): readonly string[] {
  const { c, spec } = draft;
  const required = options.get('required')?.boolean() ?? true;
  const given = options.get('condition')?.text() ?? 'service_started';
  const condition = Object.hasOwn(CONDITIONS, given) ? CONDITIONS[given] : undefined;
  if (condition === undefined)
    options.get('condition')?.fail(`there are ${Object.keys(CONDITIONS).join(', ')}, and not ${JSON.stringify(given)}`);
  if (!options.isNull) dropped(options, ['condition', 'restart', 'required']);
  if (!required && !c.services.has(key)) {
    options.ignored(`service "${key}" is not enabled, and not required`);
    return [];
  }
  const plan = serviceNamed(c, key, options);
  const restart = options.get('restart')?.boolean() ?? false;
  const entries = plan.names.map((name): ContainerDependsOn => ({
    kind: 'Container',
    name,
    condition: condition ?? 'Started',
    ...(restart ? { restart } : {}),
  }));
  spec.dependsOn = [...(spec.dependsOn ?? []), ...entries];
  const health = plan.field.get('healthcheck');
  const isProbed = health !== undefined && health.get('test') !== undefined;
  return [
    ...(condition === 'Ready' && !isProbed
      ? [
          `${key} has no healthcheck.test in this file, and one of its image is not seen: it counts as healthy once it runs`,
        ]
      : []),
    ...(required ? [] : [`${key} is waited for all the same`]),
  ];
}

/** `links`, `volumes_from`, `network_mode: service:` have docker start the other one first. */
export function putImpliedOrder(draft: ServiceDraft): void {
  const links = draft.plan.field.get('links')?.items() ?? [];
  const implied = [
    ...links.map((item) => item.text().split(':')[0] ?? ''),
    ...draft.volumesFrom.map(({ service }) => service),
    ...(/^service:(.+)$/.exec(draft.networkMode?.text() ?? '')?.slice(1) ?? []),
  ];
  const known = new Set((draft.spec.dependsOn ?? []).map(({ name }) => name));
  const further = implied
    .flatMap((key) => draft.c.services.get(key)?.names ?? [])
    .filter((name) => !known.has(name) && !draft.plan.names.includes(name) && known.add(name))
    .map((name): ContainerDependsOn => ({ kind: 'Container', name, condition: 'Started' }));
  if (further.length > 0) draft.spec.dependsOn = [...(draft.spec.dependsOn ?? []), ...further];
}
