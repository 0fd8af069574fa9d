/** Others of whom the answer to a question for a plan tells at most. */
export const MAX_AFFECTED = 10_000;

/** More follows from a question than is told: it is refused, so that nobody takes a part for the whole. */
export class TooMuchFollowsError extends Error {
  override readonly name = 'TooMuchFollowsError';

  constructor() {
    super(`more than ${MAX_AFFECTED} other objects have something to do because of it: ask in parts`);
  }
}
