import { invalid, type FieldIssue } from '../../schemas/structural/issue.ts';
import { DurationError, parseDuration } from '../../schemas/values/duration.ts';
import { QuantityError, quantityValue } from '../../schemas/values/quantity.ts';
import { valuesOf, type ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { CachePruneQuery } from '../registry/resource.ts';
import { invalid as refused, methodNotAllowed } from '../status-error.ts';
import type { ResourceCall } from './call.ts';
import { jsonDocument } from './document.ts';
import { flag } from './options.ts';

/** GET of a build cache: each record as a line of JSON. */
export async function handleCache({ capabilities, call, attributes }: ResourceCall): Promise<ApiResponse> {
  if (capabilities.readCache === undefined) throw methodNotAllowed();
  const body = await capabilities.readCache(call, attributes.name);
  return { type: 'stream', contentType: 'application/x-ndjson', body };
}

/** POST that prunes it; all is in the query, as the CLI's flags have it. */
export async function handlePrune({ capabilities, call, attributes, request }: ResourceCall): Promise<ApiResponse> {
  if (capabilities.pruneCache === undefined) throw methodNotAllowed();
  return jsonDocument(await capabilities.pruneCache(call, attributes.name, parseQuery(request)));
}

function parseQuery(request: ApiRequest): CachePruneQuery {
  const issues: FieldIssue[] = [];
  const read = (name: string, parse: (text: string) => number): number | undefined => {
    const text = request.parameters[name];
    if (text === undefined || text === '') return undefined;
    try {
      const value = parse(text);
      if (value >= 0) return value;
      issues.push(invalid(name, text, 'must not be negative'));
      return undefined;
    } catch (error) {
      if (!(error instanceof QuantityError || error instanceof DurationError)) throw error;
      issues.push(invalid(name, text, error.message));
      return undefined;
    }
  };
  const query = {
    keepBytes: read('keepStorage', quantityValue),
    keepDurationMs: read('keepDuration', parseDuration),
    all: flag(request.parameters, 'all') ?? false,
    filters: valuesOf(request, 'filter'),
  };
  if (issues.length > 0) {
    const causes = issues.map(({ path, reason, message }) => ({ field: path, reason, message }));
    throw refused({ group: 'tsmoby.dev', kind: 'BuilderPruneOptions' }, '', causes);
  }
  return query;
}
