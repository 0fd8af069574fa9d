import test from 'ava';
import { decide, type Decision, type Situation } from '../../../controllers/build/decide.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString().replace('.000Z', 'Z');

const situation = (fields: Partial<Situation> = {}): Situation => ({
  key: 'new',
  status: {},
  job: undefined,
  lost: false,
  request: undefined,
  backoffLimit: 0,
  onlyImage: true,
  generation: 1,
  credentials: 'c1',
  builder: undefined,
  now: NOW,
  ...fields,
});

const text = (decision: Decision): string => {
  switch (decision.type) {
    case 'build':
      return `build ${decision.why} ${decision.attempts}`;
    case 'wait':
      return `wait ${decision.retryInMs / 1000}`;
    case 'adopt':
      return `adopt ${decision.entry.number}`;
    case 'failed':
      return `failed ${decision.failure.reason}`;
    case 'current':
    case 'building':
    case 'supersede':
      return decision.type;
  }
};

const used = { key: 'new', number: 1 };
const ended = (fields: object) => ({
  number: 2,
  key: 'new',
  phase: 'Failed',
  attempts: 1,
  completionTime: at(0),
  ...fields,
});
const own = { reason: 'BuildFailed', transient: false };
const old = { reason: 'BuilderTooOld', transient: false };
const refused = { reason: 'EntitlementNotAllowed', transient: false };
const away = { reason: 'BuilderUnavailable', transient: true };

const ROWS: readonly (readonly [what: string, fields: Partial<Situation>, decision: string])[] = [
  ['nothing was built yet', {}, 'build first 1'],
  ['the result is of this key', { status: used }, 'current'],
  [
    'the result is of another key',
    { status: { ...used, key: 'old', lastBuild: { number: 1, key: 'old', phase: 'Succeeded' } } },
    'build changed 1',
  ],
  ['it is being built', { job: { buildKey: 'new' } }, 'building'],
  ['something else is being built', { job: { buildKey: 'old' } }, 'supersede'],
  ['it is being built, and was asked for meanwhile', { job: { buildKey: 'new' }, request: 'x' }, 'building'],
  ['it was asked for', { status: used, request: 'x' }, 'build requested 1'],
  ['it was cancelled', { cancelled: 2, status: { lastBuild: ended({ phase: 'Cancelled' }) } }, 'failed BuildCancelled'],
  [
    'another one was cancelled before, and this one ended because it was suspended',
    { cancelled: 1, status: { lastBuild: ended({ phase: 'Cancelled' }) } },
    'build interrupted 1',
  ],
  [
    'it was cancelled, and something changed since',
    { cancelled: 2, status: { lastBuild: ended({ phase: 'Cancelled', key: 'old' }) } },
    'build changed 1',
  ],
  [
    'it was cancelled, and asked for since',
    { cancelled: 2, request: 'x', status: { lastBuild: ended({ phase: 'Cancelled' }) } },
    'build requested 1',
  ],
  ['it was asked for and served', { status: { ...used, observedBuildRequest: 'x' }, request: 'x' }, 'current'],
  ['it was asked to look', { status: used, request: 'look-x' }, 'current'],
  ['the result is gone', { status: used, lost: true }, 'build lost 1'],
  [
    'the result is gone as soon as it was built',
    { lost: true, status: { ...used, lastBuild: ended({ phase: 'Succeeded' }) } },
    'build lost 2',
  ],
  [
    'the result is gone each time',
    { lost: true, status: { ...used, lastBuild: ended({ phase: 'Succeeded', attempts: 4 }) } },
    'wait 8',
  ],
  [
    'a kept result is of this key',
    { status: { key: 'old', number: 2, history: [{ number: 1, key: 'new' }] } },
    'adopt 1',
  ],
  [
    'a kept result is of this key, and more is made than an image',
    {
      onlyImage: false,
      status: {
        key: 'old',
        history: [{ number: 1, key: 'new' }],
        lastBuild: { number: 2, key: 'old', phase: 'Succeeded' },
      },
    },
    'build changed 1',
  ],
  [
    'the newest result is of this key, after one that was reverted to',
    {
      onlyImage: false,
      status: {
        key: 'old',
        history: [{ number: 2, key: 'new' }],
        lastBuild: { number: 2, key: 'new', phase: 'Succeeded' },
      },
    },
    'adopt 2',
  ],
  ['it failed by its own fault', { status: { lastBuild: ended({ failure: own }) } }, 'failed BuildFailed'],
  [
    'it failed by its own fault, and may be tried again',
    { backoffLimit: 1, status: { lastBuild: ended({ failure: own }) } },
    'wait 1',
  ],
  [
    'it failed by its own fault for the last time',
    { backoffLimit: 1, status: { lastBuild: ended({ failure: own, attempts: 2 }) } },
    'failed BuildFailed',
  ],
  [
    'another key failed by its own fault',
    { status: { lastBuild: ended({ key: 'old', failure: own }) } },
    'build changed 1',
  ],
  [
    'another key failed, and the result in use is of this one',
    { status: { ...used, lastBuild: ended({ key: 'old', failure: own }) } },
    'current',
  ],
  [
    'it failed by its own fault, and the spec was changed in what is no part of the key',
    { generation: 2, status: { lastBuild: ended({ generation: 1, failure: own }) } },
    'build respecified 1',
  ],
  [
    'it was cancelled, and the spec was changed since',
    { cancelled: 2, generation: 2, status: { lastBuild: ended({ generation: 1, phase: 'Cancelled' }) } },
    'build respecified 1',
  ],
  [
    'it failed by its own fault, and was shown other keys than there are now',
    { status: { lastBuild: ended({ credentials: 'c0', failure: own }) } },
    'build again 2',
  ],
  [
    'a builder was lost three times before it failed by its own fault for the first time',
    { backoffLimit: 1, status: { lastBuild: ended({ attempts: 4, failures: 1, failure: own }) } },
    'wait 8',
  ],
  [
    'a builder was lost before it failed by its own fault as often as it may',
    { backoffLimit: 1, status: { lastBuild: ended({ attempts: 5, failures: 2, failure: own }) } },
    'failed BuildFailed',
  ],
  [
    'the builder is too old',
    { backoffLimit: 5, status: { lastBuild: ended({ failure: old }) } },
    'failed BuilderTooOld',
  ],
  [
    'the builder was too old, and is another one now',
    {
      builder: { readyAt: NOW - 60_000, text: 'a v2' },
      status: { lastBuild: ended({ builder: 'a v1', failure: old }) },
    },
    'build again 2',
  ],
  [
    'the builder was too old, and is the same',
    {
      builder: { readyAt: NOW - 60_000, text: 'a v1' },
      status: { lastBuild: ended({ builder: 'a v1', failure: old }) },
    },
    'failed BuilderTooOld',
  ],
  [
    'the builder does not give an entitlement, and was started again since',
    {
      builder: { readyAt: NOW, text: 'a v1' },
      status: { lastBuild: ended({ builder: 'a v1', completionTime: at(5), failure: refused }) },
    },
    'build again 2',
  ],
  ['it was asked for, and failed', { status: { ...used, lastBuild: ended({ failure: own }) } }, 'failed BuildFailed'],
  [
    'a registry refused the credentials, and there are others now',
    {
      credentials: 'c2',
      status: {
        lastBuild: ended({ credentials: 'c1', attempts: 5, failure: { reason: 'Unauthorized', transient: true } }),
      },
    },
    'build again 6',
  ],
  ['a builder went away just now', { status: { lastBuild: ended({ failure: away }) } }, 'wait 1'],
  [
    'a builder went away for the fifth time',
    { status: { lastBuild: ended({ failure: away, attempts: 5 }) } },
    'wait 16',
  ],
  [
    'a builder went away for the fiftieth time',
    { status: { lastBuild: ended({ failure: away, attempts: 50 }) } },
    'wait 300',
  ],
  [
    'a builder went away a while ago',
    { status: { lastBuild: ended({ failure: away, attempts: 5, completionTime: at(16) }) } },
    'build again 6',
  ],
  [
    'a builder went away, and was ready all the time',
    { builder: { readyAt: NOW - 60_000, text: 'a' }, status: { lastBuild: ended({ failure: away, attempts: 5 }) } },
    'wait 16',
  ],
  [
    'a builder came back',
    {
      builder: { readyAt: NOW - 1000, text: 'a' },
      status: { lastBuild: ended({ failure: away, attempts: 9, completionTime: at(5) }) },
    },
    'build again 10',
  ],
  ['the daemon ended in the middle', { status: { lastBuild: ended({ phase: 'Interrupted' }) } }, 'build interrupted 2'],
  [
    'the daemon ended in the middle once more',
    { status: { lastBuild: ended({ phase: 'Interrupted', attempts: 2 }) } },
    'wait 1',
  ],
  [
    'the daemon ended in the middle each time',
    { status: { lastBuild: ended({ phase: 'Interrupted', attempts: 5, completionTime: at(8) }) } },
    'build interrupted 6',
  ],
  ['it was cancelled', { status: { lastBuild: ended({ phase: 'Cancelled' }) } }, 'build interrupted 1'],
  [
    'what was superseded is wanted again',
    { status: { ...used, lastBuild: ended({ phase: 'Superseded' }) } },
    'build interrupted 1',
  ],
  [
    'something else was interrupted, and the result in use is of this key',
    { status: { ...used, lastBuild: ended({ key: 'old', phase: 'Interrupted' }) } },
    'current',
  ],
  [
    'the context changed while it was sent',
    { status: { lastBuild: ended({ key: 'old', failure: { reason: 'ContextChanged', transient: true } }) } },
    'build again 2',
  ],
  [
    'the context changes each time',
    {
      status: { lastBuild: ended({ key: 'old', attempts: 6, failure: { reason: 'ContextChanged', transient: true } }) },
    },
    'wait 32',
  ],
];

for (const [what, fields, decision] of ROWS) {
  test(`${what}: ${decision}`, (t) => t.is(text(decide(situation(fields))), decision));
}
