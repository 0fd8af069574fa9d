import { findByTypedName, KINDS } from '../../schemas/kinds.ts';
import { nearestName } from '../../schemas/values/suggestion.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { print } from '../io.ts';
import { defineCommand } from './command.ts';
import { explanation } from './explain/explanation.ts';
import { fieldAt } from './explain/field-at.ts';

const explainFlags = {
  recursive: { type: 'boolean', help: 'Names of all fields below, too.' },
} as const satisfies Flags;

const DEFAULT_COLUMNS = 80;

export const explain = defineCommand({
  name: 'explain',
  usage: ['KIND[.FIELD…]'],
  description: 'Show what a kind or a field of it means, and what fields it has. Needs no daemon.',
  examples: [
    'tsmoby explain container',
    'tsmoby explain container.spec.resources',
    'tsmoby explain image.spec --recursive',
  ],
  flags: explainFlags,
  async run({ flags, args, io }) {
    const [asked, more] = args;
    if (asked === undefined || more !== undefined)
      throw new UsageError('you must name exactly one kind or field: KIND, KIND.spec.field');
    const [typed = '', ...path] = asked.split('.');
    const kind = findByTypedName(typed);
    if (kind === undefined) {
      const near = nearestName(
        typed,
        KINDS.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]),
      );
      throw new CommandError(
        `no kind "${typed}" is known${near === undefined ? '; see "tsmoby api-resources"' : `; did you mean "${near}"?`}`,
      );
    }
    await print(
      io.stdout,
      explanation(kind, path, fieldAt(kind, path), {
        recursive: flags.recursive,
        width: io.stdout.columns ?? DEFAULT_COLUMNS,
      }),
    );
    return 0;
  },
});
