import type { BuildEvent } from '../../ports/builders.ts';
import type { Scrubber } from './scrub.ts';

/**
 * An event without secrets: a builder names steps after what they run or fetch, and tells their errors in the words of others. Of what a step prints only
 * that is hidden which comes in one piece: where a secret is cut in two, nobody can know it.
 */
export function scrubEvent(event: BuildEvent, scrubber: Scrubber): BuildEvent {
  const scrub = (text: string): string => scrubber.scrub(text);
  switch (event.type) {
    case 'step':
      return { ...event, name: scrub(event.name), ...(event.error === undefined ? {} : { error: scrub(event.error) }) };
    case 'progress':
      return { ...event, id: scrub(event.id) };
    case 'log':
      return { ...event, data: scrubber.scrubBytes(event.data) };
    case 'warning':
      return {
        ...event,
        message: scrub(event.message),
        detail: event.detail.map(scrub),
        ...(event.url === undefined ? {} : { url: scrub(event.url) }),
      };
  }
}
