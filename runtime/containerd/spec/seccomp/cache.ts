import { seccompProfile } from './profile.ts';

/** Ready JSON bytes of profiles; a profile is the larger half of a spec and the same for almost every container. */
export interface SeccompProfiles {
  /** For this sorted set of capabilities. The bytes are shared: never write into them. */
  json(capabilities: readonly string[]): Uint8Array;
}

/** How many capability sets are remembered; others are computed again. */
const CAPACITY = 32;

export function createSeccompProfiles(architecture: string): SeccompProfiles {
  const profiles = new Map<string, Uint8Array>();
  return {
    json(capabilities) {
      const key = capabilities.join(' ');
      const known = profiles.get(key);
      if (known !== undefined) return known;
      const bytes = new TextEncoder().encode(JSON.stringify(seccompProfile(architecture, capabilities)));
      if (profiles.size >= CAPACITY) profiles.clear();
      profiles.set(key, bytes);
      return bytes;
    },
  };
}
