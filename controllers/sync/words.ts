/** Texts for people, never longer than a status may be. */

const LONGEST = 1000;
const SHOWN = 3;

/** `a; b; c, and 4 more`. */
export function someOf(texts: readonly string[], shown = SHOWN): string {
  const first = texts.slice(0, shown).join('; ');
  const rest = texts.length - shown;
  return cut(rest > 0 ? `${first}, and ${rest} more` : first);
}

export const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);

export const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
