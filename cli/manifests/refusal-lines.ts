import type { ApiError } from '../../client/client.ts';
import { nearestName } from '../../schemas/values/suggestion.ts';
import { shownName } from '../kinds/directory.ts';
import type { Manifest } from './manifest.ts';

const FIELD = /(?:unknown|duplicate) field "([^"]+)"/g;

/** The server's refusal of one manifest, with the places in its file. `namespaces`: those that the same files make. */
export function refusalLines(
  { document, kind, name }: Manifest,
  { status, reason, message }: ApiError,
  { namespaces = new Set() }: { readonly namespaces?: ReadonlySet<string> } = {},
): readonly string[] {
  const causes = status.details?.causes ?? [];
  if (reason === 'Invalid' && causes.length > 0) {
    return causes.map(
      (cause) =>
        `${document.place(cause.field)}: The ${kind.kind} "${name}" is invalid: ${cause.field ? `${cause.field}: ` : ''}${cause.message ?? ''}`,
    );
  }
  if (causes.some((cause) => cause.reason === 'FieldManagerConflict'))
    return [
      `${document.place()}: ${shownName(kind, name)}: ${message}`,
      '  Take the fields over with --force-conflicts, or leave them out of the manifest.',
    ];
  const fields = [...message.matchAll(FIELD)];
  if (reason === 'BadRequest' && fields.length > 0)
    return fields.map(([text, path = '']) => `${document.place(path)}: ${shownName(kind, name)}: ${text}`);
  return [
    `Error from server (${reason}): ${document.place()}: ${shownName(kind, name)}: ${message}${hint(status.details?.kind, message, namespaces)}`,
  ];
}

function hint(kind: string | undefined, message: string, made: ReadonlySet<string>): string {
  const missing = kind === 'namespaces' ? /^namespaces "([^"]+)" not found$/.exec(message)?.[1] : undefined;
  if (missing === undefined) return '';
  if (made.has(missing)) return '; it is in the same files, and has to be applied before what lives in it is compared';
  const near = nearestName(missing, ['default']);
  return near === undefined ? `; make it first: tsmoby create namespace ${missing}` : `; did you mean "${near}"?`;
}
