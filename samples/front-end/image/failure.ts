/** Errors as BuildKit passes them on: with the place in the file, which the client shows. */
import { RecipeError } from './recipe.ts';
import { message } from './wire.ts';

const INVALID_ARGUMENT = 3;
const UNKNOWN = 2;
/** The value of a detail is JSON, whatever its name says. */
const SOURCE = 'github.com/moby/buildkit/errdefs.Source+json';

/** A `google.rpc.Status`. */
export function failure(error: unknown, filename: string, text: string): Uint8Array {
  const said = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RecipeError)) return message([1, UNKNOWN], [2, said]);
  const place = { start: { line: error.line }, end: { line: error.line } };
  const source = { info: { filename, data: Buffer.from(text).toString('base64'), language: 'YAML' }, ranges: [place] };
  const detail = message([1, SOURCE], [2, JSON.stringify(source)]);
  return message([1, INVALID_ARGUMENT], [2, `${filename}:${error.line}: ${said}`], [3, [detail]]);
}
