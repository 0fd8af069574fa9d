import { invalid, notSupported, type FieldIssue } from '../../schemas/structural/issue.ts';
import type { Parameters } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { BuildLogQuery } from '../registry/resource.ts';
import { invalid as refused, methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { flag, integer } from './options.ts';

const CONTENT_TYPES = { text: 'text/plain', json: 'application/x-ndjson' } as const;

/** GET of the log of a build: as text, or as lines of JSON, followed to its end when the reader asks for that. */
export async function handleBuildLog({ capabilities, call, attributes, request }: ResourceCall): Promise<ApiResponse> {
  if (capabilities.readBuildLog === undefined) throw methodNotAllowed();
  const query = parseQuery(request.parameters);
  const body = await capabilities.readBuildLog(call, attributes.name, query);
  return { type: 'stream', contentType: CONTENT_TYPES[query.format], body };
}

function parseQuery(parameters: Parameters): BuildLogQuery {
  const issues: FieldIssue[] = [];
  const build = integer(parameters, 'build');
  if (build !== undefined && build < 1) issues.push(invalid('build', build, 'must be greater than or equal to 1'));
  const format = parameters['format'] || 'text';
  if (format !== 'text' && format !== 'json') issues.push(notSupported('format', format, Object.keys(CONTENT_TYPES)));
  if (issues.length > 0) {
    const causes = issues.map(({ path, reason, message }) => ({ field: path, reason, message }));
    throw refused({ group: 'tsmoby.dev', kind: 'BuildLogOptions' }, '', causes);
  }
  return { build, format: format === 'json' ? 'json' : 'text', follow: flag(parameters, 'follow') ?? false };
}
