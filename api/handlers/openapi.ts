import type { ApiContext } from '../context.ts';
import type { DocumentResponse } from './document.ts';

/** GET /openapi/v2. */
export const openApiV2 = (_context: ApiContext): DocumentResponse | undefined => undefined;
/** GET /openapi/v3. */
export const openApiV3Index = (_context: ApiContext): DocumentResponse | undefined => undefined;
/** GET /openapi/v3/<group version>. */
export const openApiV3 = (
  _context: ApiContext,
  _path: string,
  _hash: string | undefined,
): DocumentResponse | undefined => undefined;
