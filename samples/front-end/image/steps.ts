/** A recipe's steps as a graph. */
import type { Graph, State } from './graph.ts';
import type { Recipe, Step } from './recipe.ts';
import type { Base, Sources } from './sources.ts';

export interface Built {
  readonly graph: Graph;
  readonly state: State;
  /** Configuration of the base image. */
  readonly config: Base['config'];
}

export function build(recipe: Recipe, { graph, state, config }: Base, sources: Sources): Built {
  const baseConfig = (config['config'] ?? {}) as { readonly Env?: readonly string[]; readonly WorkingDir?: string };
  const own = Object.entries(recipe.config.env).map(([name, value]) => `${name}=${value}`);
  const surroundings = {
    env: [...(baseConfig.Env ?? []), ...own],
    cwd: recipe.config.workingDir ?? (baseConfig.WorkingDir || '/'),
    user: recipe.config.user ?? '',
  };
  const apply = (before: State, step: Step, at: number): State => {
    const name = `[${at + 1}/${recipe.steps.length}] ${describe(step)}`;
    switch (step.type) {
      case 'copy':
        return graph.copy(before, sources.context(graph, step.context, recipe.ignore), step, name);
      case 'write':
        return graph.write(before, step, name);
      case 'run':
        return graph.run(before, { ...surroundings, args: step.args, network: step.network }, name);
    }
  };
  return { graph, state: recipe.steps.reduce(apply, state), config };
}

function describe(step: Step): string {
  switch (step.type) {
    case 'copy':
      return `copy ${step.source} to ${step.to}`;
    case 'write':
      return `write ${step.path}`;
    case 'run':
      return `run ${step.args.join(' ')}`;
  }
}
