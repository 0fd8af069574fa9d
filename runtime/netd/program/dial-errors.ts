/** Why a connection did not come about, or did not last, for a person. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'timed out',
  EADDRNOTAVAIL: 'no such address',
};

export function explainDial(error: unknown, address: string, port: number): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  // A door into another network tells in its message what it was told.
  const named = meanings[code] ? code : /\bE[A-Z]{4,}\b/.exec(message)?.[0];
  const where = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return `dial tcp ${where}: ${meanings[named ?? ''] ?? message}`;
}
