import test from 'ava';
import { dependencyState, type AnyObject } from '../../../controllers/container/dependency-state.ts';
import { stored } from './objects.ts';

const LONG = 'x'.repeat(5000);

const saying = (type: 'Ready' | 'Stalled', reason: string, message: string): AnyObject => ({
  ...stored(),
  status: {
    conditions: [
      {
        type,
        status: type === 'Ready' ? 'False' : 'True',
        reason,
        message,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
      ...(type === 'Ready' ? [] : [readyFalse]),
    ],
  },
});

const readyFalse = {
  type: 'Ready',
  status: 'False',
  reason: 'Because',
  message: 'so',
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const;

const whyOf = (object: AnyObject): string => {
  const state = dependencyState(object, 'Ready', true);
  return state.type === 'met' ? '' : state.why;
};

for (const reason of ['DependencyNotReady', 'DependencyFailed']) {
  test(`${reason} of another is told without what that waits for`, (t) => {
    t.is(whyOf(saying('Ready', reason, 'Container c is not ready')), `is not ready (${reason})`);
  });
}

test('a long message of another is told in short, whichever condition says it', (t) => {
  t.is(whyOf(saying('Ready', 'Error', 'exit code 1')), 'is not ready (Error: exit code 1)');
  t.true(whyOf(saying('Ready', 'Error', LONG)).length < 250);
  t.regex(whyOf(saying('Stalled', 'InvalidSpec', LONG)), /^is stalled \(InvalidSpec: x{100,200}…\)$/);
});

test('what has no end is said never to complete', (t) => {
  const stateOf = (apiVersion: string, kind: string) =>
    dependencyState({ ...stored(), apiVersion, kind, spec: {} } as AnyObject, 'Completed', true);
  t.like(stateOf('v1', 'ConfigMap'), { type: 'failed', why: 'never completes: a ConfigMap has no end' });
  t.like(stateOf('tsmoby.dev/v1alpha1', 'Network'), { type: 'failed' });
  for (const [apiVersion, kind] of [
    ['v1', 'Pod'],
    ['batch/v1', 'Job'],
  ] as const) {
    t.like(stateOf(apiVersion, kind), { type: 'waiting' }, kind);
  }
});

test('phases of other kinds count without conditions, once their controller saw the last change', (t) => {
  const job = (observedGeneration: number, phase: string) => ({
    ...stored({}, { generation: 2 }),
    apiVersion: 'v1',
    kind: 'Pod',
    status: { phase, observedGeneration },
  });
  const typeOf = (object: unknown) => dependencyState(object as AnyObject, 'Completed', true).type;
  t.is(typeOf(job(2, 'Succeeded')), 'met');
  t.is(typeOf(job(2, 'Failed')), 'failed');
  t.is(typeOf(job(1, 'Succeeded')), 'waiting');
  t.is(typeOf(job(1, 'Failed')), 'waiting');
});
