import { constants } from 'node:os';

/** Number of a signal by name (`SIGTERM`, `TERM`, `RTMIN+3`) or number; undefined when there is none of that name. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return inRange(Number(text));
  const name = text.startsWith('SIG') ? text : `SIG${text}`;
  const [, base, sign, offset] = /^(SIGRTMIN|SIGRTMAX)(?:([+-])(\d+))?$/.exec(name) ?? [];
  // [glibc] real-time signals that programs may use run from 34 to 64.
  if (base !== undefined) return inRange((base === 'SIGRTMIN' ? 34 : 64) + Number(`${sign ?? '+'}${offset ?? 0}`));
  return (constants.signals as Readonly<Record<string, number | undefined>>)[name];
}

const inRange = (number: number): number | undefined => (number >= 1 && number <= 64 ? number : undefined);

export const SIGTERM = 15;
export const SIGKILL = 9;
