import { timeOfLine } from './amounts.ts';
import { cleanLine } from './clean-text.ts';
import type { ProgressEntryOf } from './entry.ts';
import { isCancelled, type BuildProgress, type Step } from './model.ts';

export interface EndingOptions {
  /** Lines of the step that failed. */
  readonly lines: number;
  readonly colours: boolean;
}

const RULE = '-'.repeat(20);
const LONGEST_MESSAGE = 4000;

/** What a person needs to know behind all steps: the warnings, why it failed, and where. Lines without their ends. */
export function endingLines(progress: BuildProgress, options: EndingOptions): readonly string[] {
  const { end, warnings } = progress;
  return [...warningLines(warnings), ...(end === undefined ? [] : failureLines(progress, end, options))];
}

/** `Dockerfile:3`; undefined where the place is not known. */
export function placeText(place: ProgressEntryOf<'warning'>['place']): string | undefined {
  if (place === undefined) return undefined;
  return place.startLine > 0 ? `${place.file}:${place.startLine}` : place.file;
}

function warningLines(warnings: readonly ProgressEntryOf<'warning'>[]): readonly string[] {
  if (warnings.length === 0) return [];
  const told = warnings.flatMap(({ message, url, place }) => {
    const where = placeText(place);
    const said = cleanLine(message.split('\n', 1)[0] ?? '', { colours: false });
    const text = where === undefined ? said : said.replace(/ \(line \d+\)$/, '');
    const first = ` - ${where === undefined ? '' : `${where}: `}${text}`;
    return url === undefined || url === '' ? [first] : [first, `   ${cleanLine(url, { colours: false })}`];
  });
  return ['', warnings.length === 1 ? '1 warning found:' : `${warnings.length} warnings found:`, ...told];
}

function failureLines(
  progress: BuildProgress,
  end: ProgressEntryOf<'end'>,
  { lines, colours }: EndingOptions,
): readonly string[] {
  const message = end.message
    .slice(0, LONGEST_MESSAGE)
    .split('\n')
    .map((line) => cleanLine(line, { colours: false }));
  const [first = '', ...others] = message;
  switch (end.outcome) {
    case 'Succeeded':
      return first === '' ? [] : ['', ...message];
    case 'Cancelled':
    case 'Superseded':
    case 'Interrupted':
      return ['', first === '' ? end.outcome.toUpperCase() : `${end.outcome.toUpperCase()}: ${first}`, ...others];
    case 'Failed': {
      const step = progress.steps.findLast((one) => one.error !== undefined && !isCancelled(one));
      return [
        '',
        ...(step === undefined ? [] : stepLines(step, lines, colours)),
        ...excerptLines(end),
        `ERROR: ${first}`,
        ...others,
      ];
    }
  }
}

/** The step that failed, with the end of its output. */
function stepLines(step: Step, most: number, colours: boolean): readonly string[] {
  const told = step.lines
    .slice(-most)
    .map(({ at, text }) => `${timeOfLine(at)} ${cleanLine(text, { colours })}`.trimEnd());
  return ['------', ` > ${step.name}:`, ...told, '------'];
}

function excerptLines({ message, excerpt }: ProgressEntryOf<'end'>): readonly string[] {
  if (excerpt === undefined || excerpt === '') return [];
  const where = /^(\S+:\d+): /.exec(message)?.[1];
  const lines = excerpt
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => cleanLine(line, { colours: false }));
  return [...(where === undefined ? [] : [where]), RULE, ...lines, RULE];
}
