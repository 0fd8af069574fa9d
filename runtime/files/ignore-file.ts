import { cleanPath } from './patterns.ts';

/**
 * Patterns of an ignore file, in order: without comments (`#` in the first column) and empty lines, clean, relative to the context whether
 * they begin with a slash or not.
 */
export function parseIgnoreFile(content: string | Uint8Array): readonly string[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => {
      const pattern = line.trim();
      return pattern.startsWith('!') ? `!${relative(pattern.slice(1).trim())}` : relative(pattern);
    });
}

function relative(pattern: string): string {
  if (pattern === '') return '';
  const clean = cleanPath(pattern);
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}
