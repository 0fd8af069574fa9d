/** The command line itself is wrong: shown with a pointer to `--help`. Exit code 1, as kubectl's. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command cannot do what was asked; the message says what, where and what to do. Exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
