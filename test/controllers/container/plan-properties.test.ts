import test from 'ava';
import * as fc from 'fast-check';
import { backoffDelay, nextCrashCount } from '../../../controllers/container/backoff.ts';
import { wantsRestart } from '../../../controllers/container/exit.ts';
import { containerID, IMAGE_LABEL, RESOURCES_LABEL, SPEC_HASH_LABEL } from '../../../controllers/container/names.ts';
import { plan, type Observed, type Step, type Wanted } from '../../../controllers/container/plan.ts';
import type { InstanceState, TaskState } from '../../../runtime/ports/containers.ts';
import { formatMicroTime, formatTime, parseTime } from '../../../schemas/values/time.ts';

type Status = Observed['status'];

const NOW = Date.parse('2026-01-01T00:00:00Z');
const UID = '00000000-0000-4000-8000-000000000001';
const IDS = ['a', 'b', 'c'].map((hash) => `${UID}-${hash}`);
const hashOf = (id: string): string => id.slice(UID.length + 1);
const ROUNDS = 40;

const task: fc.Arbitrary<TaskState | undefined> = fc.option(
  fc.record(
    {
      status: fc.constantFrom<TaskState['status']>('created', 'running', 'stopped', 'paused', 'unknown'),
      pid: fc.integer({ min: 1, max: 5 }),
      exitCode: fc.constantFrom(0, 1, 137),
    },
    { requiredKeys: ['status', 'pid', 'exitCode'] },
  ),
  { nil: undefined },
);

const instances: fc.Arbitrary<InstanceState[]> = fc
  .uniqueArray(fc.constantFrom(...IDS), { maxLength: 3 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({ task, resources: fc.constantFrom('{}', '{"pids":9}'), source: fc.constantFrom('app', 'other') })
          .map(({ task: made, resources, source }): InstanceState => ({
            id,
            owner: { kind: 'Container', namespace: 'default', name: 'web', uid: UID },
            labels: { [SPEC_HASH_LABEL]: hashOf(id), [RESOURCES_LABEL]: resources, [IMAGE_LABEL]: source },
            ...(made === undefined ? {} : { task: made }),
          })),
      ),
    ),
  );

const terminated = fc.record({
  containerID: fc.constantFrom(...IDS).map(containerID),
  exitCode: fc.constantFrom(0, 1),
  pid: fc.integer({ min: 1, max: 5 }),
});

const status: fc.Arbitrary<Status> = fc.oneof(
  fc.constant({}),
  fc.record({
    containerID: fc.constantFrom(...IDS).map(containerID),
    pid: fc.integer({ min: 1, max: 5 }),
    state: fc.constant({ running: {} }),
  }),
  fc.record({
    containerID: fc.constantFrom(...IDS).map(containerID),
    pid: fc.integer({ min: 1, max: 5 }),
    state: fc.constant({ running: {} }),
    restarting: fc.constant({ reason: 'ConfigurationChanged', message: 'the content of /site changed' }),
  }),
  fc.record({
    containerID: fc.constantFrom(...IDS).map(containerID),
    state: fc.constant({ waiting: { reason: 'CrashLoopBackOff' } }),
    lastState: fc.record({ terminated }),
    crashCount: fc.integer({ min: 0, max: 6 }),
    nextStartTime: fc.constantFrom(NOW - 1000, NOW, NOW + 5000).map(formatMicroTime),
  }),
  fc.record({
    containerID: fc.constantFrom(...IDS).map(containerID),
    state: fc.record({ terminated }),
    lastState: fc.record({ terminated }),
  }),
);

const HOLD = { type: 'waiting', reason: 'DependencyNotReady', message: 'Container db is not ready' } as const;

const wanted: fc.Arbitrary<Wanted> = fc
  .record({
    id: fc.constantFrom(...IDS),
    known: fc.boolean(),
    held: fc.boolean(),
    restartPolicy: fc.constantFrom<NonNullable<Wanted['restartPolicy']>>('Always', 'OnFailure', 'Never'),
  })
  .map(({ id, known, held, restartPolicy }) => ({
    specHash: hashOf(id),
    source: 'app',
    resources: '{}',
    restartPolicy,
    ...(known ? { id } : {}),
    ...(held ? { hold: HOLD } : {}),
  }));

const world = fc.record({ wanted, instances, status });

interface Model {
  now: number;
  instances: InstanceState[];
  status: Status;
  /** Ids that a process was started on. */
  readonly started: string[];
  nextPid: number;
}

/** What executing a step does to the world, as far as a plan can see it. */
function act(model: Model, step: Step, { restartPolicy, source }: Wanted): 'again' | 'wait' | undefined {
  const change = (id: string, edit: (instance: InstanceState) => InstanceState | undefined): void => {
    model.instances = model.instances.flatMap((each) => (each.id === id ? (edit(each) ?? []) : each));
  };
  const without = ({ id, owner, labels }: InstanceState): InstanceState => ({ id, owner, labels });
  switch (step.type) {
    case 'RecordExit': {
      const { status: before } = model;
      const other = step.replaced && before.state?.running !== undefined && before.containerID !== containerID(step.id);
      if (!other) model.status = afterRun(model, step.id, step.task.exitCode ?? 255, step.replaced, restartPolicy);
      change(step.id, without);
      return 'again';
    }
    case 'RecordLoss':
      model.status = afterRun(model, step.id, 137, true, restartPolicy);
      return 'again';
    case 'Adopt':
      model.status = { containerID: containerID(step.id), pid: step.pid, state: { running: {} } };
      return undefined;
    case 'Condemn':
      model.status = { ...model.status, ending: { pid: step.failure.pid } };
      return 'again';
    case 'Stop':
    case 'Restart':
      change(step.id, (each) => ({ ...each, task: { status: 'stopped', pid: each.task?.pid ?? 0, exitCode: 143 } }));
      return 'again';
    case 'Delete':
      change(step.id, () => undefined);
      return 'again';
    case 'Finish': {
      const { terminated: last } = model.status.lastState ?? {};
      model.status = { ...model.status, state: last === undefined ? {} : { terminated: last } };
      return undefined;
    }
    case 'AwaitImage':
    case 'AwaitDependencies':
      return 'wait';
    case 'BackOff':
      model.now = step.until;
      return 'again';
    case 'Create':
      model.instances.push({
        id: step.id,
        owner: { kind: 'Container', namespace: 'default', name: 'web', uid: UID },
        labels: { [SPEC_HASH_LABEL]: hashOf(step.id), [RESOURCES_LABEL]: '{}', [IMAGE_LABEL]: source },
      });
      return undefined;
    case 'Start':
      model.nextPid += 1;
      model.started.push(step.id);
      change(step.id, (each) => ({ ...each, task: { status: 'running', pid: model.nextPid } }));
      model.status = { containerID: containerID(step.id), pid: model.nextPid, state: { running: {} } };
      return undefined;
    case 'UpdateResources':
      change(step.id, (each) => ({ ...each, labels: { ...each.labels, [RESOURCES_LABEL]: '{}' } }));
      return undefined;
    case 'Relabel':
      change(step.id, (each) => ({ ...each, labels: { ...each.labels, [IMAGE_LABEL]: step.source } }));
      return undefined;
  }
}

function afterRun(
  { now, status: before }: Model,
  id: string,
  exitCode: number,
  replaced: boolean,
  policy: Wanted['restartPolicy'],
): Status {
  const run = { containerID: containerID(id), exitCode, finishedAt: formatTime(now) };
  const over = !wantsRestart(policy, run) && !replaced;
  if (over) return { containerID: run.containerID, state: { terminated: run }, lastState: { terminated: run } };
  const crashCount = replaced ? 0 : nextCrashCount(before.crashCount ?? 0, 0);
  return {
    containerID: run.containerID,
    state: { waiting: { reason: 'Waiting' } },
    lastState: { terminated: run },
    crashCount,
    nextStartTime: formatMicroTime(now + backoffDelay(crashCount)),
  };
}

interface End extends Model {
  readonly rounds: number;
  readonly waits: boolean;
  /** Every plan on the way. */
  readonly plans: readonly (readonly Step[])[];
}

function settle(start: { wanted: Wanted; instances: InstanceState[]; status: Status }): End {
  const model: Model = { now: NOW, instances: [...start.instances], status: start.status, started: [], nextPid: 100 };
  const plans: (readonly Step[])[] = [];
  for (let rounds = 1; rounds <= ROUNDS; rounds += 1) {
    const steps = plan(start.wanted, model);
    plans.push(steps);
    let done: ReturnType<typeof act>;
    for (const step of steps) {
      done = act(model, step, start.wanted);
      if (done !== undefined) break;
    }
    if (steps.length === 0 || done === 'wait') return { ...model, rounds, waits: done === 'wait', plans };
  }
  return { ...model, rounds: Infinity, waits: false, plans };
}

const alive = ({ instances: all }: Model): readonly InstanceState[] =>
  all.filter(({ task: made }) => made?.status === 'running' || made?.status === 'paused');

const holds = (
  check: (end: End, start: { wanted: Wanted; instances: InstanceState[]; status: Status }) => boolean,
): void => {
  fc.assert(
    fc.property(world, (start) => check(settle(start), start)),
    { numRuns: 3000 },
  );
};

test('from any world, a few rounds lead to one where nothing is left to do, or to the wait for image or dependencies', (t) => {
  holds(({ rounds }) => rounds <= 20);
  t.pass();
});

test('every step has a cause', (t) => {
  holds(({ plans }) => plans.flat().every(({ cause }) => cause.length > 5));
  t.pass();
});

test('in the end one process runs, or none where the last run was the last', (t) => {
  holds((end, { wanted: { restartPolicy } }) => {
    const runs = alive(end);
    // What runs is kept until the image is here, and what is to come first.
    if (end.waits) return end.started.length === 0;
    const { terminated: last } = end.status.state ?? {};
    if (runs.length === 0) return last !== undefined && !wantsRestart(restartPolicy, last);
    return runs.length === 1 && end.instances.length === 1;
  });
  t.pass();
});

test('what runs in the end is what is wanted', (t) => {
  holds((end, { wanted: { id, specHash } }) => {
    if (end.waits) return true;
    return alive(end).every((each) => (id === undefined ? each.labels[SPEC_HASH_LABEL] === specHash : each.id === id));
  });
  t.pass();
});

test('status in the end tells of the process that runs', (t) => {
  holds((end) => {
    const [runs] = end.waits ? [] : alive(end);
    return runs === undefined || (end.status.pid === runs.task?.pid && end.status.containerID === containerID(runs.id));
  });
  t.pass();
});

test('no process is started while another one is alive', (t) => {
  fc.assert(
    fc.property(world, ({ wanted: wish, instances: all, status: told }) => {
      const steps = plan(wish, { now: NOW, instances: all, status: told });
      const starts = steps.some(({ type }) => type === 'Start');
      return !starts || all.every(({ task: made }) => made?.status !== 'running' && made?.status !== 'paused');
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('a finished run of the wanted instance is not started again', (t) => {
  holds((end, { wanted: { id, restartPolicy }, status: told, instances: all }) => {
    const { terminated: last } = told.state ?? {};
    if (last === undefined || id === undefined || told.containerID !== containerID(id)) return true;
    if (wantsRestart(restartPolicy, last) || all.some(({ task: made }) => made !== undefined)) return true;
    return end.started.length === 0;
  });
  t.pass();
});

test('nothing starts before the end of a wait that the same instance earned', (t) => {
  fc.assert(
    fc.property(world, ({ wanted: wish, instances: all, status: told }) => {
      const until = parseTime(told.nextStartTime ?? '') ?? 0;
      if (until <= NOW) return true;
      const steps = plan(wish, { now: NOW, instances: all, status: told });
      return steps.every((step) => step.type !== 'Start' || containerID(step.id) !== told.containerID);
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

test('with the image away, no container is made', (t) => {
  holds((end, { wanted: { id } }) => id !== undefined || end.plans.flat().every(({ type }) => type !== 'Create'));
  t.pass();
});
