import { badRequest } from '../status-error.ts';

/** Where the next page of a list goes on. Holds all that is needed, so it outlives a restart of the server. */
export interface ContinueToken {
  /** The revision of the snapshot that the first page showed. */
  readonly revision: number;
  /** The last key of the page before, below the prefix of the list. */
  readonly after: string;
}

const FORMAT = 'tsmoby/1';

export function encodeContinueToken({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify([FORMAT, revision, after])).toString('base64url');
}

/** Throws BadRequest for anything this server did not make. */
export function decodeContinueToken(text: string): ContinueToken {
  const refused = badRequest(
    'continue key is not valid: use the token of the last list as it is, or list from the start',
  );
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw refused;
  }
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== FORMAT) throw refused;
  const [, revision, after] = value as readonly unknown[];
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1) throw refused;
  if (typeof after !== 'string' || after === '' || !after.isWellFormed()) throw refused;
  return { revision, after };
}
