import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type {
  StatusResponse,
  Vertex,
  VertexLog,
  VertexStatus,
  VertexWarning,
} from '../../proto/gen/buildkit/control_pb.ts';
import type { BuildEvent, SourcePlace } from '../ports/builders.ts';
import { timeText } from './times.ts';

type Step = Extract<BuildEvent, { type: 'step' }>;

/** Makes events of what a builder tells, and remembers the steps: it tells of one many times, and not everything each time. */
export interface StepMemory {
  /** Events of one message, in the order in which they can be shown. */
  take(status: StatusResponse): BuildEvent[];
  /** By digest. */
  step(id: string): Step | undefined;
  /** The step that failed, when one did: the first that is not merely cancelled with another. */
  failed(): Step | undefined;
}

export function createStepMemory(): StepMemory {
  const steps = new Map<string, Step>();
  const takeStep = (vertex: Vertex): Step[] => {
    const before = steps.get(vertex.digest);
    const step = merged(before, vertex);
    if (before !== undefined && isSame(before, step)) return [];
    steps.set(step.id, step);
    return [step];
  };
  return {
    take: ({ vertexes, statuses, logs, warnings }) => [
      ...vertexes.flatMap(takeStep),
      ...statuses.map(progressOf),
      ...logs.map(logOf),
      ...warnings.map(warningOf),
    ],
    step: (id) => steps.get(id),
    failed: () => {
      const failed = [...steps.values()].filter(({ error }) => error !== undefined);
      return failed.find(({ error }) => !(error ?? '').endsWith('context canceled')) ?? failed[0];
    },
  };
}

/** A step that was done may be begun again: then it is not completed any more. */
function merged(before: Step | undefined, vertex: Vertex): Step {
  const started = vertex.started === undefined ? before?.started : timeText(vertex.started);
  const completed = vertex.completed === undefined ? undefined : timeText(vertex.completed);
  return {
    type: 'step',
    id: vertex.digest,
    name: vertex.name === '' ? (before?.name ?? '') : vertex.name,
    inputs: vertex.inputs.length === 0 ? (before?.inputs ?? []) : vertex.inputs,
    cached: vertex.cached || (before?.cached ?? false),
    ...(started === undefined ? {} : { started }),
    ...(completed === undefined ? {} : { completed }),
    ...(vertex.error === '' ? {} : { error: vertex.error }),
  };
}

function isSame(a: Step, b: Step): boolean {
  return (
    a.name === b.name &&
    a.cached === b.cached &&
    a.started === b.started &&
    a.completed === b.completed &&
    a.error === b.error &&
    a.inputs.length === b.inputs.length
  );
}

function progressOf(status: VertexStatus): BuildEvent {
  return {
    type: 'progress',
    step: status.vertex,
    id: status.id === '' ? status.name : status.id,
    current: Number(status.current),
    total: Number(status.total),
    time: time(status.timestamp),
    completed: status.completed !== undefined,
  };
}

function logOf({ vertex, stream, timestamp, msg }: VertexLog): BuildEvent {
  return { type: 'log', step: vertex, stream: stream === 2n ? 'stderr' : 'stdout', time: time(timestamp), data: msg };
}

function warningOf({ vertex, short, detail, url, info, ranges }: VertexWarning): BuildEvent {
  const text = new TextDecoder();
  const [first] = ranges;
  const line = first?.start?.line;
  const place: SourcePlace | undefined =
    line === undefined || info === undefined
      ? undefined
      : { file: info.filename, startLine: line, endLine: first?.end?.line ?? line };
  return {
    type: 'warning',
    step: vertex,
    message: text.decode(short),
    detail: detail.map((part) => text.decode(part)),
    ...(url === '' ? {} : { url }),
    ...(place === undefined ? {} : { place }),
  };
}

function time(timestamp: Timestamp | undefined): string {
  return timestamp === undefined ? timeText({ seconds: 0n, nanos: 0 } as Timestamp) : timeText(timestamp);
}
