/** Shorter ones are words of the message as likely as secrets. */
const SHORTEST = 4;

/** Takes out of texts what was handed out in secret, and what stands as a password in an address. */
export interface Scrubber {
  /** From now on this stands in no text. */
  hide(secret: string): void;
  scrub(text: string): string;
}

export function createScrubber(): Scrubber {
  const secrets = new Set<string>();
  return {
    hide: (secret) => {
      const trimmed = secret.trim();
      if (trimmed.length >= SHORTEST) secrets.add(trimmed);
    },
    scrub: (text) => {
      const hidden = [...secrets].reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
      return hidden.replaceAll(/\/\/[^/\s@]+@/g, '//***@');
    },
  };
}
