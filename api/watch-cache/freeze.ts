/** Freezes a tree of plain objects and arrays in place. Without recursion: decoded input may be deeper than the stack. */
export function deepFreeze<T extends object>(root: T): T {
  const open: object[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    Object.freeze(node);
    for (const key of Object.keys(node)) {
      const child: unknown = (node as Record<string, unknown>)[key];
      if (typeof child === 'object' && child !== null && !Object.isFrozen(child)) open.push(child);
    }
  }
  return root;
}
