import type { ApiContext } from '../context.ts';
import type { DocumentResponse } from './document.ts';

/** GET /metrics in Prometheus' text format. */
export const metrics = (context: ApiContext): DocumentResponse => ({
  type: 'document',
  code: 200,
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  body: context.metrics.render(),
});
