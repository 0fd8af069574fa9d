/** All that is waited for, as lines of a terminal of any width: pure. */
import { seconds } from '../../../schemas/values/build-progress/amounts.ts';
import { humanSize } from '../../../schemas/values/human-size.ts';
import { fitText, widthOf } from '../../../schemas/values/text-width.ts';
import type { Share } from './work.ts';
import type { Waiting, WaitingList } from './waiting-list.ts';

export interface FrameOptions {
  readonly columns: number;
  /** Height of the terminal. */
  readonly rows: number;
  /** Milliseconds. */
  readonly now: number;
  /** When the waiting began. */
  readonly begun: number;
}

/** A narrower terminal gets no bar: there would be no room for what is done. */
const LEAST_FOR_BAR = 90;
const BAR = 20;
/** Part of a line that a name may have. */
const NAME_PART = 0.4;

/** A head, and a line for each object, as many as there is room for; none when nothing is waited for. */
export function frameOf(list: WaitingList, options: FrameOptions): readonly string[] {
  const { open } = list;
  if (open.length === 0) return [];
  const { columns, rows, now, begun } = options;
  // one line is the head's, and the one of the cursor is nobody's
  const room = Math.max(0, rows - 2);
  const shown = open.length <= room ? open : open.slice(0, Math.max(0, room - 1));
  const longest = Math.max(0, ...shown.map(({ short }) => widthOf(short)));
  const width = Math.min(longest, Math.floor(columns * NAME_PART));
  const more = open.length - shown.length;
  return [
    fitText(`[+] Waiting ${seconds(now - begun)} (${list.met}/${list.total})`, columns),
    ...shown.map((one) => rowOf(one, width, options)),
    ...(more > 0 && room > 0 ? [fitText(` => and ${more} more`, columns)] : []),
  ];
}

function rowOf({ short, work, since, bytesPerSecond }: Waiting, width: number, { columns, now }: FrameOptions): string {
  const name = fitText(short, width);
  const far = work.share === undefined ? [] : [shareText(work.share, bytesPerSecond, columns)];
  const left = ` => ${name}${' '.repeat(Math.max(0, width - widthOf(name)))} ${[...far, work.text].join(' ')}`;
  const time = seconds(now - since);
  const fitted = fitText(left, columns - time.length - 1);
  return `${fitted}${' '.repeat(Math.max(1, columns - time.length - widthOf(fitted)))}${time}`;
}

function shareText(share: Share, bytesPerSecond: number | undefined, columns: number): string {
  const rate = bytesPerSecond === undefined ? [] : [`${humanSize(bytesPerSecond)}/s`];
  const bar = columns < LEAST_FOR_BAR ? [] : [barOf(share)];
  return [...bar, amountText(share), ...rate].join(' ');
}

/** `45% of 80.0 MB`, `step 4/9`. */
export function amountText({ done, total, unit }: Share): string {
  if (unit === 'steps') return `step ${Math.min(done + 1, total)}/${total}`;
  return `${Math.floor((Math.min(done, total) * 100) / total)}% of ${humanSize(total)}`;
}

function barOf({ done, total }: Share): string {
  const full = Math.floor((Math.min(done, total) * BAR) / total);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}]`;
}
