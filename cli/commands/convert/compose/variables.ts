/** What `${NAME}` stands for: the environment of the command first, then env files. */
export interface Variables {
  /** Undefined: it is not set. */
  find(name: string): string | undefined;
  /** Is told of each that is used and not set. */
  onMissing(name: string): void;
  /** With more behind: what is there already counts. */
  with(more: ReadonlyMap<string, string>): Variables;
}

export function variablesOf(
  layers: readonly ReadonlyMap<string, string>[],
  onMissing: (name: string) => void,
): Variables {
  return {
    find: (name) => layers.find((layer) => layer.has(name))?.get(name),
    onMissing,
    with: (more) => variablesOf([...layers, more], onMissing),
  };
}
