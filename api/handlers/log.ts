import { forbidden, invalid, notSupported, type FieldIssue } from '../../schemas/structural/issue.ts';
import { formatMicroTime, parseTime } from '../../schemas/values/time.ts';
import type { Parameters } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { LogQuery } from '../registry/resource.ts';
import { invalid as refused, methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { flag, integer } from './options.ts';

/** GET of a log: plain text, followed for as long as the reader stays when it asks for that. */
export async function handleLog(resourceCall: ResourceCall): Promise<ApiResponse> {
  const { capabilities, call, attributes, request, context } = resourceCall;
  if (capabilities.readLog === undefined) throw methodNotAllowed();
  const query = parseLogQuery(request.parameters, context.clock.now());
  return { type: 'stream', contentType: 'text/plain', body: await capabilities.readLog(call, attributes.name, query) };
}

/** The values of `stream`, and what they leave; empty: both. */
const STREAMS: ReadonlyMap<string, '' | 'stdout' | 'stderr'> = new Map([
  ['All', ''],
  ['Stdout', 'stdout'],
  ['Stderr', 'stderr'],
]);

/** The query of core/v1 pods/log. Refused as there: by field, with what would do. */
function parseLogQuery(parameters: Parameters, now: number): LogQuery {
  const issues: FieldIssue[] = [];
  const count = (name: string, least: number): number | undefined => {
    const value = integer(parameters, name);
    if (value !== undefined && value < least)
      issues.push(invalid(name, value, `must be greater than or equal to ${least}`));
    return value;
  };
  const tailLines = count('tailLines', 0);
  const limitBytes = count('limitBytes', 1);
  const sinceSeconds = count('sinceSeconds', 1);
  const { sinceTime } = parameters;
  if (sinceTime && sinceSeconds !== undefined)
    issues.push(forbidden('sinceTime', 'give sinceTime or sinceSeconds, not both'));
  if (sinceTime && parseTime(sinceTime) === undefined) issues.push(invalid('sinceTime', sinceTime, 'must be RFC 3339'));
  const stream = STREAMS.get(parameters['stream'] || 'All');
  if (stream === undefined) issues.push(notSupported('stream', parameters['stream'] ?? '', [...STREAMS.keys()]));
  if (stream && tailLines !== undefined)
    issues.push(forbidden('tailLines', 'counts lines of both streams: leave stream out, or tailLines'));
  if (issues.length > 0) {
    const causes = issues.map(({ path, reason, message }) => ({ field: path, reason, message }));
    throw refused({ group: '', kind: 'PodLogOptions' }, '', causes);
  }
  const ago = sinceSeconds === undefined ? undefined : formatMicroTime(Math.max(now - sinceSeconds * 1000, 0));
  return {
    container: parameters['container'] || undefined,
    stream: stream || undefined,
    follow: flag(parameters, 'follow') ?? false,
    previous: flag(parameters, 'previous') ?? false,
    timestamps: flag(parameters, 'timestamps') ?? false,
    tailLines,
    limitBytes,
    sinceTime: sinceTime || ago,
  };
}
