/**
 * A way from `start` back to itself: `['a', 'b', 'a']`, one of the shortest; undefined when there is none. Each name is asked once, so
 * circles elsewhere do no harm.
 */
export function findCycle(
  start: string,
  next: (name: string) => readonly string[],
): readonly [string, ...string[]] | undefined {
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    for (const follower of next(name)) {
      if (follower === start) return [start, ...wayTo(name, start, cameFrom), start];
      if (cameFrom.has(follower)) continue;
      cameFrom.set(follower, name);
      waiting.push(follower);
    }
  }
  return undefined;
}

function wayTo(name: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = name; at !== undefined && at !== start; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

/** `a -> b -> a`, as people are shown it. */
export const cycleText = (cycle: readonly string[]): string => cycle.join(' -> ');
