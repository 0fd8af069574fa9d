/** meta/v1 Time of an instant in milliseconds since the epoch: RFC 3339, whole seconds, UTC. */
export const timestamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;
