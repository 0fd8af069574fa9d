import { humanSize } from '../human-size.ts';
import type { StepPart } from './model.ts';

/** `0.4s`. Of milliseconds. */
export const seconds = (milliseconds: number): string => `${(Math.max(0, milliseconds) / 1000).toFixed(1)}s`;

/** Seconds in five columns or a little more, the finer the shorter: `0.123`, `12.34`, `123.4`, `1234.`. Of milliseconds. */
export function timeOfLine(milliseconds: number): string {
  const value = milliseconds / 1000;
  return value.toFixed(value < 10 ? 3 : value < 100 ? 2 : 1);
}

/** `1.1 MB / 3.6 MB`; empty where nothing is counted. */
export function amountOf({ current, total }: StepPart): string {
  if (total > 0) return `${humanSize(current)} / ${humanSize(total)}`;
  return current > 0 ? humanSize(current) : '';
}

/** How long it takes, or took. */
export const partTime = ({ began, time }: StepPart): string => seconds(time - began);
