/**
 * Why a patch is refused, and the HTTP status the real server gives it:
 * malformed 400 BadRequest, unprocessable 422 Invalid, too-large 413 RequestEntityTooLarge.
 */
export type PatchErrorKind = 'malformed' | 'unprocessable' | 'too-large';

const codes: Readonly<Record<PatchErrorKind, 400 | 422 | 413>> = {
  malformed: 400,
  unprocessable: 422,
  'too-large': 413,
};

export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly kind: PatchErrorKind;

  constructor(kind: PatchErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }

  /** HTTP status code. */
  get code(): 400 | 422 | 413 {
    return codes[this.kind];
  }
}

/** The patch itself is no patch of its type. */
export const malformed = (message: string): PatchError => new PatchError('malformed', message);

/** A well-formed patch that does not fit the object, or whose test fails. */
export const unprocessable = (message: string): PatchError => new PatchError('unprocessable', message);

export const tooLarge = (message: string): PatchError => new PatchError('too-large', message);
