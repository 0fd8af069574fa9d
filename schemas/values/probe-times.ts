/** When a probe asks, and how often until an answer counts: core/v1's defaults, for which 0 stands too, as its own API server reads it. */

export interface ProbeTimes {
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export const probeTimes = (probe: Partial<ProbeTimes>): ProbeTimes => ({
  initialDelaySeconds: probe.initialDelaySeconds ?? 0,
  periodSeconds: orDefault(probe.periodSeconds, 10),
  timeoutSeconds: orDefault(probe.timeoutSeconds, 1),
  successThreshold: orDefault(probe.successThreshold, 1),
  failureThreshold: orDefault(probe.failureThreshold, 3),
});

const orDefault = (value: number | undefined, preset: number): number =>
  value === undefined || value === 0 ? preset : value;
