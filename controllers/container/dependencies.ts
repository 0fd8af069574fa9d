import type { Container, ContainerDependsOn, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { containersBefore } from '../../schemas/values/container-waits.ts';
import { cycleText, findCycle } from '../../schemas/values/cycle.ts';
import type { Reader } from '../engine/contract.ts';
import type { DependencyObjects, Found } from './dependency-objects.ts';
import { dependencyState, runOf, type DependencyState } from './dependency-state.ts';
import type { Hold } from './plan.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

type Records = ContainerStatus['dependencies'];

/** One dependency as it is now. */
export interface Dependency {
  readonly wanted: ContainerDependsOn;
  readonly state: DependencyState;
  /** Which run of it there is; undefined while nobody can tell. */
  readonly run: string | undefined;
}

/** Everything that a Container depends on. */
export function readDependencies(
  { metadata, spec }: Container,
  objects: Pick<DependencyObjects, 'find'>,
): readonly Dependency[] {
  const { namespace = '' } = metadata;
  return (spec.dependsOn ?? []).map((wanted) => {
    const found = objects.find(wanted, namespace);
    const run = found.type === 'unknown' ? undefined : runOf(found.type === 'found' ? found.object : undefined);
    return { wanted, state: stateOf(found, wanted), run };
  });
}

function stateOf(found: Found, { condition = 'Ready' }: ContainerDependsOn): DependencyState {
  switch (found.type) {
    case 'unknown':
      return { type: 'waiting', why: `is not known: ${found.why}` };
    case 'missing':
      return { type: 'waiting', why: 'is not there' };
    case 'found':
      return dependencyState(found.object, condition, found.hasConditions);
  }
}

/** Why a Container may not be started yet; undefined when all is met. */
export function holdOf(container: Container, dependencies: readonly Dependency[], reader: Reader): Hold | undefined {
  const open = dependencies.filter(({ state }) => state.type !== 'met');
  if (open.length === 0) return undefined;
  const cycle = cycleOf(container, reader);
  if (cycle !== undefined) {
    return {
      type: 'stalled',
      reason: REASONS.DependencyCycle,
      message: `what it waits for goes in a circle: ${cycle}`,
    };
  }
  const failed = open.filter(({ state }) => state.type === 'failed');
  const reason = failed.length > 0 ? REASONS.DependencyFailed : REASONS.DependencyNotReady;
  return {
    type: 'waiting',
    reason,
    message: [...failed, ...open.filter((each) => !failed.includes(each))].map(told).join('; '),
  };
}

const told = ({ wanted, state }: Dependency): string =>
  `${nameOf(wanted)} ${state.type === 'met' ? 'is there' : state.why}`;

const nameOf = ({ kind, name }: ContainerDependsOn): string => `${kind} ${name}`;

/** Only Containers wait for others. */
function cycleOf({ metadata }: Container, reader: Reader): string | undefined {
  const cycle = findCycle(metadata.name, (name) => {
    const container = reader.get<Container>(CONTAINER, metadata.namespace, name);
    return container === undefined ? [] : containersBefore(container);
  });
  return cycle && cycleText(cycle);
}

/** Dependencies with `restart` that are another run than when this one was started, and are what is waited for again. */
export function restartedDependencies(dependencies: readonly Dependency[], records: Records): readonly string[] {
  return dependencies
    .filter(({ wanted, state, run }) => {
      const known = recordOf(records, wanted);
      return (
        wanted.restart === true && state.type === 'met' && known !== undefined && run !== undefined && known !== run
      );
    })
    .map(({ wanted }) => nameOf(wanted));
}

/** What is remembered of dependencies with `restart`. `fresh`: of a process that starts now; else those that are new count from now on. */
export function recordsOf(dependencies: readonly Dependency[], before: Records, fresh: boolean): Records {
  const records = dependencies.flatMap(({ wanted, run: now }) => {
    if (wanted.restart !== true) return [];
    const known = fresh ? now : (recordOf(before, wanted) ?? now);
    // While nobody can tell, what was known stays.
    const run = known ?? recordOf(before, wanted);
    return run === undefined ? [] : [{ kind: wanted.kind, name: wanted.name, run }];
  });
  return records.length === 0 ? undefined : records;
}

const recordOf = (records: Records, { kind, name }: ContainerDependsOn): string | undefined =>
  records?.find((record) => record.kind === kind && record.name === name)?.run;
