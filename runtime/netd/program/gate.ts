/** Lets so many in at a time, and of these a few in each turn of the event loop; the others wait in the order in which they came. */
export interface Gate {
  /** Resolves when there is room; disposing makes room for the next one. */
  enter(): Promise<Disposable>;
}

/** `later`: calls back in the next turn. */
export function createGate(most: number, mostInATurn: number, later: (wake: () => void) => void = setImmediate): Gate {
  const waiting: (() => void)[] = [];
  let inside = 0;
  let entered = 0;
  const letIn = (): void => {
    while (waiting.length > 0 && inside < most && entered < mostInATurn) {
      inside += 1;
      entered += 1;
      if (entered === 1) later(nextTurn);
      waiting.shift()?.();
    }
  };
  const nextTurn = (): void => {
    entered = 0;
    letIn();
  };
  const leave = (): void => {
    inside -= 1;
    letIn();
  };
  return {
    async enter() {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      letIn();
      await promise;
      return { [Symbol.dispose]: leave };
    },
  };
}
