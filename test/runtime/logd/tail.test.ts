import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { findTail } from '../../../runtime/logd/tail.ts';
import { temporaryDirectory } from '../host/temporary.ts';

const header = (tag: 'F' | 'P'): string => `2026-11-24T02:47:11.000000000Z stdout ${tag} `;

/** Segments from lines, each line's pieces given by their lengths. */
interface Piece {
  readonly segment: number;
  readonly tag: 'F' | 'P';
  readonly length: number;
}

const lineArbitrary = fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 4 });

function toPieces(lines: readonly (readonly number[])[], perSegment: number, openEnd: boolean): readonly Piece[] {
  let count = 0;
  return lines.flatMap((pieces, lineIndex) =>
    pieces.map((length, index): Piece => {
      const ends = index === pieces.length - 1 && !(openEnd && lineIndex === lines.length - 1);
      return { segment: Math.floor(count++ / perSegment), tag: ends ? 'F' : 'P', length };
    }),
  );
}

test('the tail begins where counting lines from the beginning says', async (t) => {
  const property = fc.asyncProperty(
    fc.array(lineArbitrary, { maxLength: 60 }),
    fc.integer({ min: 1, max: 40 }),
    fc.boolean(),
    fc.nat({ max: 70 }),
    async (lines, perSegment, openEnd, wanted) => {
      await using directory = await temporaryDirectory();
      const pieces = toPieces(lines, perSegment, openEnd);
      const texts = new Map<number, string>();
      const starts: { sequence: number; offset: number }[] = [];
      let atLineStart = true;
      for (const { segment, tag, length } of pieces) {
        const text = texts.get(segment) ?? '';
        if (atLineStart) starts.push({ sequence: segment, offset: text.length });
        texts.set(segment, `${text}${header(tag)}${'x'.repeat(length)}\n`);
        atLineStart = tag === 'F';
      }
      for (const [segment, text] of texts) await writeFile(join(directory.path, `0-${segment}.log`), text);
      const found = await findTail(directory.path, 0, [...texts.keys()], wanted);
      const rest = (position: { sequence: number; offset: number } | undefined): number =>
        [...texts].reduce((sum, [segment, text]) => {
          if (position === undefined || segment > position.sequence) return sum + text.length;
          return segment < position.sequence ? sum : sum + text.length - position.offset;
        }, 0);
      const expected = wanted >= starts.length ? undefined : starts.at(-wanted);
      return rest(found) === (wanted === 0 ? 0 : rest(expected));
    },
  );
  await t.notThrowsAsync(fc.assert(property, { numRuns: 60 }));
});
