/** One in this many values is large, so that its commit spans many pages of the log. */
const LARGE_EVERY = 37;

/** A value that tells which write it came from and whether it is whole. */
export function valueOf(key: string, sequence: number): Buffer {
  const size = sequence % LARGE_EVERY === 0 ? 60_000 : 200 + (sequence % 11) * 90;
  return Buffer.from(`${key} ${sequence} ${String(sequence % 10).repeat(size)} end`);
}

/** The sequence of a whole value; throws for a half one. */
export function sequenceOf(key: string, value: Uint8Array): number {
  const bytes = Buffer.from(value);
  const sequence = Number(bytes.toString('utf8', 0, 200).split(' ')[1]);
  if (!bytes.equals(valueOf(key, sequence))) throw new Error(`${key} holds half a value, or another key's`);
  return sequence;
}

/** What the writing process says of each write that was answered: `revision key sequence`, sequence 0 for a deletion. */
export interface Acknowledged {
  readonly revision: number;
  readonly key: string;
  readonly sequence: number;
}

export const acknowledge = ({ revision, key, sequence }: Acknowledged): string => `${revision} ${key} ${sequence}\n`;

/** Lines that were cut off by the end of the process say nothing. */
export function parseAcknowledged(output: string): Acknowledged[] {
  return output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [revision = '', key = '', sequence = ''] = line.split(' ');
      return { revision: Number(revision), key, sequence: Number(sequence) };
    });
}
