/** Shorter ones are words of the message as likely as secrets. */
const SHORTEST = 4;
const MASK = '***';

/** Takes out of texts what was handed out in secret, and what stands as a password in an address. */
export interface Scrubber {
  /** From now on this stands in no text. */
  hide(secret: string): void;
  scrub(text: string): string;
  /** What was handed out alone: bytes of a program are no text that addresses could be looked for in. The same bytes when there is nothing in them. */
  scrubBytes(bytes: Uint8Array): Uint8Array;
}

export function createScrubber(): Scrubber {
  const secrets = new Map<string, Buffer>();
  return {
    hide: (secret) => {
      const trimmed = secret.trim();
      if (trimmed.length >= SHORTEST) secrets.set(trimmed, Buffer.from(trimmed));
    },
    scrub: (text) => {
      const hidden = longestFirst(secrets).reduce((rest, [secret]) => rest.replaceAll(secret, MASK), text);
      return hidden.replaceAll(/\/\/[^/\s@]+@/g, `//${MASK}@`);
    },
    scrubBytes: (bytes) => longestFirst(secrets).reduce((rest, [, secret]) => without(rest, secret), bytes),
  };
}

/** One secret may be the beginning of another: its end must not stay. */
function longestFirst(secrets: ReadonlyMap<string, Buffer>): readonly (readonly [string, Buffer])[] {
  return [...secrets].sort(([one], [other]) => other.length - one.length);
}

function without(bytes: Uint8Array, secret: Buffer): Uint8Array {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = whole.indexOf(secret); at !== -1; at = whole.indexOf(secret, from)) {
    parts.push(whole.subarray(from, at), Buffer.from(MASK));
    from = at + secret.length;
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, whole.subarray(from)]);
}
