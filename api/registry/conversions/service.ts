import type { View } from '../conversion.ts';

/** No Container is a Service: the list is empty, and stays so until there is something that serves. */
export const noServices: View = { fromStored: (stored) => stored, shows: () => false };
