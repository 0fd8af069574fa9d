/** How much room a text takes on a terminal. */
const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

/** Columns that a text takes on a terminal: combining signs take none, East Asian ones and most emoji two. */
export function widthOf(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const sign of text) width += /\p{M}|\u200d|\ufe0f/u.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** As much of it as fits into so many columns with a sign behind that says that there was more. */
export function cutText(text: string, width: number): string {
  let kept = '';
  let used = 0;
  for (const sign of text) {
    used += widthOf(sign);
    if (used > width - 1) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** The text itself where it fits. */
export const fitText = (text: string, width: number): string => {
  if (width <= 0) return '';
  // nobody measures a megabyte to show a line of it
  const head = text.length > width * 4 ? text.slice(0, width * 4) : text;
  return head === text && widthOf(text) <= width ? text : cutText(head, width);
};
