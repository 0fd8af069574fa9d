import test from 'ava';
import type { Health } from '../../../controllers/container/health.ts';
import { readiness } from '../../../controllers/container/readiness.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';

type Status = Readonly<Partial<ContainerStatus>>;

const said = (reason: string, message: string, ready = false): Status => ({
  ready,
  conditions: [{ type: 'Ready', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }],
});

const STARTED: Health = { pid: 7, started: true };
const asked = (outcome: 'unknown' | 'success' | 'failure', message = ''): Health => ({
  ...STARTED,
  readiness: { outcome, message },
});
const waits = (check: 'postStart' | 'startupProbe', message: string): Health => ({
  pid: 7,
  started: false,
  waitsFor: { check, message },
});

/** What is found, what was said before, what is said now. A Warning is told where there is a `!`. */
const ROWS: Readonly<Record<string, readonly [Health, Status, string]>> = {
  'nobody asks': [STARTED, {}, 'Running: its process runs'],
  'it answered well': [asked('success', 'HTTP 200'), {}, 'Running: its process runs'],
  'no answer yet': [asked('unknown'), {}, 'ContainersNotReady: its readinessProbe has not come to a verdict yet'],
  'no answer yet, and it was ready': [asked('unknown'), { ready: true }, 'Running: its process runs'],
  'no answer yet, and it was ready while nothing was known of it': [
    asked('unknown'),
    said('RuntimeUnavailable', 'away', true),
    'Running: its process runs',
  ],
  'no answer yet, and it was not ready': [
    asked('unknown'),
    said('ContainersNotReady', 'readinessProbe failed: HTTP 503'),
    'ContainersNotReady: readinessProbe failed: HTTP 503',
  ],
  'it fails': [asked('failure', 'HTTP 503'), { ready: true }, '! ContainersNotReady: readinessProbe failed: HTTP 503'],
  'it fails from the first answer on': [
    asked('failure', 'HTTP 503'),
    said('ContainersNotReady', 'its readinessProbe has not come to a verdict yet'),
    '! ContainersNotReady: readinessProbe failed: HTTP 503',
  ],
  'it goes on to fail, in other words': [
    asked('failure', 'HTTP 504 after 12.3 ms'),
    said('ContainersNotReady', 'readinessProbe failed: HTTP 503'),
    'ContainersNotReady: readinessProbe failed: HTTP 503',
  ],
  'its hook is under way': [waits('postStart', ''), {}, 'NotStarted: its postStart hook is under way'],
  'it has not started': [
    waits('startupProbe', 'connection refused'),
    said('NotStarted', 'its postStart hook is under way'),
    'NotStarted: its startupProbe has not succeeded yet: connection refused',
  ],
  'it has still not started, in other words': [
    waits('startupProbe', 'HTTP 500'),
    said('NotStarted', 'its startupProbe has not succeeded yet: connection refused'),
    'NotStarted: its startupProbe has not succeeded yet: connection refused',
  ],
};

for (const [title, [health, status, expected]] of Object.entries(ROWS)) {
  test(`${title}: ${expected}`, (t) => {
    const { ready, reason, message, failed } = readiness(health, status);
    t.is(`${failed === undefined ? '' : '! '}${reason}: ${message}`, expected);
    t.is(ready, reason === 'Running');
  });
}
