import type { StructuralSchema } from '../structural/schema.ts';
import { string } from './fragments.ts';

/** Of Linux, without SIG; signal(7). */
const NAMES =
  'HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS';
/** What a real-time signal, of which there are 34 to 64, is away from the first or last one. */
const OFFSET = '([0-9]|[12][0-9]|30)';
const NUMBERS = '[1-9]|[1-5][0-9]|6[0-4]';

/** A signal by name, with SIG or without, or by number. A wrong one would be found out only when it is too late: at the stop of a process. */
export const signal = (description: string): StructuralSchema =>
  string(description, { pattern: `^((SIG)?(${NAMES}|RTMIN([+]${OFFSET})?|RTMAX(-${OFFSET})?)|${NUMBERS})$` });
