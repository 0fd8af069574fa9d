import test from 'ava';
import { foretellBuilder } from '../../../controllers/builder/foretell.ts';
import { ReconcileError, type PlanContext } from '../../../controllers/engine/contract.ts';
import type { Build, Builder } from '../../../schemas/gen/types.ts';

const builder = (spec: Builder['spec'] = {}, deletionTimestamp?: string): Builder => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Builder',
  metadata: {
    name: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  },
  spec,
});

const context = (present?: Builder, builds: readonly Build[] = []) =>
  ({ before: { get: () => present }, reader: { list: () => builds } }) as unknown as PlanContext;

const text = (object: Builder, present?: Builder): readonly string[] => {
  const { action, message, steps } = foretellBuilder(object, context(present));
  return [`${action} ${message}`, ...steps.map(({ type, target = '' }) => `${type} ${target}`.trim())];
};

test('a Builder that is made is looked for, connected to, or run when it is needed', (t) => {
  t.deepEqual(text(builder()), ['Create made: a BuildKit of this machine is looked for', 'Search']);
  t.deepEqual(text(builder({ endpoint: 'unix:///run/b.sock' })), [
    'Create made: whoever answers there is used',
    'Connect unix:///run/b.sock',
  ]);
  t.deepEqual(text(builder({ managed: true })), [
    'Create made: a BuildKit of ours is started when a Build needs it',
    'Run default',
  ]);
});

test('a changed one is changed, an unchanged one left alone', (t) => {
  t.deepEqual(text(builder({ managed: true }), builder()), [
    'Update changed, because spec.managed changed',
    'Run default',
  ]);
  t.deepEqual(text(builder(), builder()), ['None it is as it is to be']);
});

test('a deletion says what is lost, and waits for Builds that run on it', (t) => {
  t.is(text(builder({}, 'now'), builder())[0], 'Delete deleted: what was run for it ends, and its cache is lost');
  t.is(
    text(builder({ endpoint: 'unix:///run/b.sock' }, 'now'), builder())[0],
    'Delete deleted: its BuildKit stays as it is',
  );
  const running = { metadata: {}, spec: {}, status: { lastBuild: { phase: 'Running' } } } as unknown as Build;
  const error = t.throws(() => foretellBuilder(builder({}, 'now'), context(builder(), [running])), {
    instanceOf: ReconcileError,
  });
  t.regex(error?.message ?? '', /^InUse: 1 Build runs on it/);
});
