import type { Cell } from './screen.ts';

/** What the screen showed from `at` on, in milliseconds of the picture. */
export interface Frame {
  readonly at: number;
  readonly lines: readonly (readonly Cell[])[];
}

const CELL = { width: 8.4, height: 18 } as const;
const MARGIN = 14;
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
};

/** A picture that moves by itself: each frame is a group that is shown in its time, over and over. */
export function animatedSvg(
  frames: readonly Frame[],
  { columns, rows, endMs }: { columns: number; rows: number; endMs: number },
): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = rows * CELL.height + 2 * MARGIN;
  const groups = frames.map(({ lines }, index) => `<g class="f f${index}">${lines.map(lineOf).join('')}</g>`);
  const rules = frames.map(({ at }, index) => rule(index, at, frames[index + 1]?.at ?? endMs, endMs));
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A terminal: a Build and its rollout">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}.f{visibility:hidden;animation:${endMs}ms step-end infinite}
${rules.join('\n')}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${groups.join('\n')}
</svg>
`;
}

/** The last frame stands still for whoever wants no movement. */
function rule(index: number, from: number, to: number, endMs: number): string {
  const percent = (at: number): string => `${((at / endMs) * 100).toFixed(2)}%`;
  const before = from === 0 ? '' : '0%{visibility:hidden}';
  return `.f${index}{animation-name:a${index}}@keyframes a${index}{${before}${percent(from)}{visibility:visible}${percent(to)}{visibility:hidden}}`;
}

function lineOf(runs: readonly Cell[], row: number): string {
  if (runs.every(({ text }) => text.trim() === '')) return '';
  const spans = runs.map(({ text, colour }) => {
    const fill = colour === undefined ? '' : ` fill="${COLOURS[colour] ?? '#e6edf3'}"`;
    return `<tspan${fill}>${escaped(text)}</tspan>`;
  });
  return `<text x="${MARGIN}" y="${MARGIN + 13 + row * CELL.height}">${spans.join('')}</text>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
