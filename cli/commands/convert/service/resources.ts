/** What a service may use: `deploy.resources`, and the older keys. */
import { convertKeys, type Field, type Handlers } from '../book/field.ts';
import { labelsOf } from '../project/labels.ts';
import { coresOf, sizeOf } from '../values.ts';
import type { ServiceDraft } from './draft.ts';
import { containersOf } from './misc.ts';
import { putRestart } from './restart.ts';

const SHARES_OF_A_CORE = 1024;
const PERIOD = 100_000;

const LIMITS = 'spec.resources.limits';
const REQUESTS = 'spec.resources.requests';

export const resourceKeys: Handlers<ServiceDraft> = {
  mem_limit(field, draft) {
    draft.limits['memory'] ??= sizeOf(field);
    field.to(draft.at(`${LIMITS}.memory`));
  },
  mem_reservation(field, draft) {
    draft.requests['memory'] ??= sizeOf(field);
    field.about(draft.at(`${REQUESTS}.memory`), 'it is noted, and holds nothing back');
  },
  cpus(field, draft) {
    const given = draft.limits['cpu'];
    setCpus(field, draft, `${LIMITS}.cpu`);
    if (given !== undefined) draft.limits['cpu'] = given;
  },
  cpu_quota(field, draft) {
    const period = draft.plan.field.get('cpu_period')?.integer() ?? PERIOD;
    draft.limits['cpu'] ??= coresOf(field.integer() / period);
    field.to(draft.at(`${LIMITS}.cpu`));
  },
  cpu_period(field, draft) {
    if (draft.plan.field.get('cpu_quota') === undefined) field.ignored('without cpu_quota it limits nothing');
    else field.about(draft.at(`${LIMITS}.cpu`), 'the period is that of the daemon');
  },
  cpu_shares(field, draft) {
    draft.requests['cpu'] ??= coresOf(field.integer() / SHARES_OF_A_CORE);
    field.to(draft.at(`${REQUESTS}.cpu`));
  },
  pids_limit(field, draft) {
    const limit = field.integer();
    if (limit <= 0) return field.ignored('no limit');
    draft.limits['pids'] ??= String(limit);
    return field.to(draft.at(`${LIMITS}.pids`));
  },
  deploy(field, draft) {
    convertKeys(field, deployKeys, draft);
    if (field.entries().length === 0) field.ignored('it is empty');
  },
};

function setCpus(field: Field, draft: ServiceDraft, path: string): void {
  const cores = field.number();
  if (cores === 0) return field.ignored('no limit');
  draft.limits['cpu'] = coresOf(cores);
  return field.to(draft.at(path));
}

const swarm = (what: string) => (field: Field) => field.unsupported(`${what} belong to swarm: leave it out`);

/** What only one instance at a time can have. */
function cannotOverlap({ plan: { field } }: ServiceDraft): boolean {
  const mode = field.get('network_mode');
  const networks = field.get('networks')?.named() ?? [];
  return (
    (mode !== undefined && mode.text() !== 'bridge') ||
    networks.some(([, options]) => ['ipv4_address', 'ipv6_address'].some((key) => options.get(key) !== undefined))
  );
}

const deployKeys: Handlers<ServiceDraft> = {
  mode(field) {
    const mode = field.text();
    if (mode === 'replicated' || mode === 'replicated-job') field.ignored('there is one machine');
    else field.about('', 'one container: there is one machine');
  },
  replicas(field, draft) {
    field.to(containersOf(draft));
  },
  labels(field, draft) {
    const meta = labelsOf(field, draft.at('').trim(), true);
    Object.assign(draft.annotations, meta.annotations);
  },
  endpoint_mode: swarm('virtual addresses'),
  placement: swarm('placements'),
  rollback_config: (field, draft) =>
    field.about(
      draft.at('spec.updateStrategy.onFailure'),
      'a change that is not ready in time is taken back, as by default',
    ),
  update_config(field, draft) {
    const order = field.get('order')?.text();
    const action = field.get('failure_action')?.text();
    const strategy = {
      ...(order === 'start-first' ? { type: 'StartFirst' as const } : {}),
      ...(action === 'continue' || action === 'pause' ? { onFailure: 'Stop' as const } : {}),
    };
    if (Object.keys(strategy).length > 0) draft.spec.updateStrategy = strategy;
    if (order === 'start-first' && cannotOverlap(draft)) {
      delete draft.spec.updateStrategy;
      field.unsupported('two instances cannot have one address, or one network: the old one is stopped first');
    } else
      field.about(draft.at('spec.updateStrategy'), 'order and failure_action; each container is changed on its own');
  },
  restart_policy(field, draft) {
    putRestart(field, draft);
  },
  resources(field, draft) {
    convertKeys(field, { limits: limitsOf, reservations: reservationsOf }, draft);
    if (field.entries().length === 0) field.ignored('it is empty');
  },
};

const limitsOf = (field: Field, draft: ServiceDraft): void =>
  convertKeys(
    field,
    {
      cpus: (one) => setCpus(one, draft, `${LIMITS}.cpu`),
      memory(one) {
        draft.limits['memory'] = sizeOf(one);
        one.to(draft.at(`${LIMITS}.memory`));
      },
      pids(one) {
        draft.limits['pids'] = String(one.integer());
        one.to(draft.at(`${LIMITS}.pids`));
      },
    },
    draft,
  );

const reservationsOf = (field: Field, draft: ServiceDraft): void =>
  convertKeys(
    field,
    {
      cpus(one) {
        draft.requests['cpu'] = coresOf(one.number());
        one.about(draft.at(`${REQUESTS}.cpu`), 'the weight when the machine is busy');
      },
      memory(one) {
        draft.requests['memory'] = sizeOf(one);
        one.about(draft.at(`${REQUESTS}.memory`), 'it is noted, and holds nothing back');
      },
      devices: (one) => one.unsupported('give devices in devices of the service, by their paths'),
      generic_resources: swarm('generic resources'),
    },
    draft,
  );
