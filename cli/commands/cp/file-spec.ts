import { CommandError } from '../../errors.ts';

/** A file on this machine, or in a container. */
export interface FileSpec {
  /** Absent: on this machine. */
  readonly container?: { readonly name: string; readonly namespace?: string };
  readonly path: string;
}

/** `path`, `NAME:path`, `NAMESPACE/NAME:path`; a local path with a colon is written `./a:b`. Throws CommandError. */
export function parseFileSpec(text: string): FileSpec {
  const colon = text.indexOf(':');
  if (colon < 0 || /^\.{0,2}\//.test(text)) return checked({ path: text });
  const pieces = text.slice(0, colon).split('/');
  const path = text.slice(colon + 1);
  const [first = '', second] = pieces;
  if (pieces.length > 2 || pieces.includes(''))
    throw new CommandError(
      `filespec must match the canonical format: [[namespace/]container:]file/path, and ${JSON.stringify(text)} does not`,
    );
  const container = second === undefined ? { name: first } : { namespace: first, name: second };
  return checked({ container, path });
}

function checked(spec: FileSpec): FileSpec {
  if (spec.path === '') throw new CommandError('filepath can not be empty');
  return spec;
}
