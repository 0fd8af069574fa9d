import type { ApiResponse } from '../pipeline/response.ts';

/** A finished text with its content type. */
export type DocumentResponse = Extract<ApiResponse, { type: 'document' }>;

/** The answer of a server that has never heard of the path: text, not a Status. */
export const pageNotFound = (): DocumentResponse => textDocument('404 page not found\n', 404);

/** Plain text. */
export const textDocument = (body: string, code = 200): DocumentResponse => ({
  type: 'document',
  code,
  contentType: 'text/plain; charset=utf-8',
  body,
});

/** A JSON value, by default as plain application/json. */
export const jsonDocument = (value: unknown, contentType = 'application/json'): DocumentResponse => ({
  type: 'document',
  code: 200,
  contentType,
  body: JSON.stringify(value),
});
