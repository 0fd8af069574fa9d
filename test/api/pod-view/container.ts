import type { JsonObject } from '../../../schemas/object.ts';

/** A manifest of a Container that runs something. */
export const containerBody = (name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Container',
  metadata: { name, ...metadata },
  spec: { image: 'busybox:1', nodeName: 'here', ...spec },
});

export const RUNNING: JsonObject = {
  phase: 'Running',
  summary: 'Running',
  started: true,
  pid: 4711,
  containerID: 'containerd://abc-1',
  image: 'busybox:1',
  imageID: 'sha256:1234',
  restartCount: 2,
  observedGeneration: 1,
  state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
  lastState: {
    terminated: { pid: 17, exitCode: 137, signal: 9, reason: 'Killed', finishedAt: '2026-01-01T00:00:04Z' },
  },
  conditions: [
    { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:06Z', reason: 'Running', message: 'runs' },
  ],
};
