import { humanSize } from '../../../schemas/values/human-size.ts';
import { amountText } from './rows.ts';
import type { Waiting, WaitingList } from './waiting-list.ts';
import { UNSEEN } from './work.ts';

/** What is over sooner is not worth a line of a log. */
const SETTLED_MS = 1000;
/** What is told already, and goes on, is told again so often. */
const AGAIN_MS = 10_000;

interface Told {
  readonly state: string;
  readonly line: string;
  readonly at: number;
}

/** Lines for a log: one when an object does something else, and now and then how far it is. */
export class PlainLines {
  readonly #told = new Map<string, Told>();

  /** What is to be said now. */
  due({ open }: WaitingList, now: number): readonly string[] {
    return open.flatMap((one) => {
      const { key, shown, work, since } = one;
      if (work.state === UNSEEN || now - since < SETTLED_MS) return [];
      const line = `${shown}: ${textOf(one)}`;
      const told = this.#told.get(key);
      const isNew = told?.state !== work.state;
      if (!isNew && (told.line === line || now - told.at < AGAIN_MS)) return [];
      this.#told.set(key, { state: work.state, line, at: now });
      return [line];
    });
  }
}

function textOf({ work: { text, share }, bytesPerSecond }: Waiting): string {
  if (share === undefined) return text;
  const rate = bytesPerSecond === undefined ? '' : `, ${humanSize(bytesPerSecond)}/s`;
  return `${text}: ${amountText(share)}${rate}`;
}
