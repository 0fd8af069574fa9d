import test from 'ava';
import * as fc from 'fast-check';
import { scanDockerfile } from '../../../../schemas/values/dockerfile.ts';

const words = 'FROM |ARG |COPY --from=|RUN --mount=from=|ONBUILD | AS |<<EOF|EOF|# syntax=|# escape=`'.split('|');
const signs = ['\r\n', '\\\n', ...'\n|\n|\\|`|"|\'|$|${|}|:-|#|%|/|*|?| |\t|=|a|A|0'.split('|')];
const fragment = fc.oneof(fc.constantFrom(...words, ...signs), fc.string({ unit: 'binary', maxLength: 5 }));
const file = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(''));

test('whatever a file holds, there is an answer, and it is made of references', (t) => {
  t.notThrows(() => {
    fc.assert(
      fc.property(file, fc.dictionary(fc.constantFrom('A', 'a'), fc.string()), (text, args) => {
        const { references, stages } = scanDockerfile(text, {
          args,
          contexts: ['a', '::', ''],
          target: args['a'] ?? '',
        });
        return (
          references.every((reference) => reference.includes('/')) && stages.every((name) => typeof name === 'string')
        );
      }),
      { numRuns: 3000 },
    );
  });
});

const megabyte = 1024 * 1024;
const filled = (part: string): string => part.repeat(Math.ceil(megabyte / part.length));

/** A square of a megabyte would take hours: that these end at all is the assertion. */
for (const [title, text] of [
  ['blanks', filled(' ')],
  ['escape characters', filled('\\')],
  ['continued lines', `FROM a\nRUN ${filled('\\\n')}`],
  ['blanks behind escape characters', `RUN ${filled('\\  ')}`],
  ['hashes', filled('#')],
  ['a directive with blanks', `# syntax=${filled(' ')}`],
  ['stages that build on each other', filled('FROM a AS a\n')],
  ['stages that copy from one', `FROM a AS a\n${filled('COPY --from=a\n')}`],
  ['heredocs in one line', `FROM a\nRUN ${filled('<<a ')}`],
  ['arrows', `FROM a\nRUN ${filled('<')}`],
  ['heredocs that do not end', filled('RUN <<a\n')],
  ['triggers of one base', `FROM a AS a\n${'ONBUILD COPY --from=x:1\n'.repeat(20_000)}${'FROM a\n'.repeat(50_000)}`],
  ['open quotes', filled('RUN <<a "\n')],
  ['braces', `FROM ${filled('${a:-')}`],
  ['patterns', `ARG A=${'x'.repeat(1000)}\n${filled(`FROM \${A#${'*x'.repeat(30)}y}\n`)}`],
  ['variables that double', filled('ARG A=$A$A$A\n')],
  ['long values', `ARG A=${'x'.repeat(4000)}\n${filled('FROM $A\n')}`],
  ['names of a context', filled('FROM a/b:c\n')],
  ['one long name', `FROM ${filled('a-')}`],
  ['JSON', filled('[')],
  ['JSON of a syntax', filled('{"a":')],
  ['a list', `RUN ["<<${filled('a')}"]`],
  ['flags', `RUN ${filled('--mount=from=a,from=b ')}`],
  ['quotes in flags', `RUN ${filled('--"')}`],
  ['arguments', `ARG ${filled('A=$A ')}`],
] as const) {
  test(`a megabyte of ${title} is read`, (t) => {
    t.notThrows(() => scanDockerfile(text, { contexts: ['x'] }));
  });
}
