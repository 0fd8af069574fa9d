/**
 * A front end for BuildKit: reads a recipe, a small YAML syntax of its own, and has BuildKit run it. It is the program of an image that
 * BuildKit starts (`gateway.v0`), with what was asked for in its environment, and BuildKit itself on its standard input and output.
 */
import { Bridge } from './bridge.ts';
import { failure } from './failure.ts';
import { Graph } from './graph.ts';
import { imageConfig } from './image-config.ts';
import { buildArguments, readOptions } from './options.ts';
import { readRecipe, RecipeError } from './recipe.ts';
import { Sources } from './sources.ts';
import { build } from './steps.ts';
import { mapEntries, message } from './wire.ts';

const options = readOptions(process.env);
const bridge = new Bridge(process.stdin, process.stdout);
const sources = new Sources(bridge, options);

/** The reference to the result, and what makes an image of it. */
async function main(): Promise<Uint8Array> {
  const filename = options.get('filename') ?? 'recipe.yaml';
  const text = await sources.definition(filename);
  try {
    const recipe = readRecipe(text, buildArguments(options));
    const base = await sources.image(new Graph(), recipe.from);
    const { graph, state, config } = build(recipe, base, sources);
    const reference = state === undefined ? new Uint8Array() : await sources.solve(graph, state);
    const metadata = mapEntries([['containerimage.config', JSON.stringify(imageConfig(recipe, config, options))]]);
    return message([1, message([3, reference], [10, metadata])]);
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return message([2, failure(error, filename, text)]);
  }
}

try {
  await bridge.call('Return', await main());
} catch (error) {
  await bridge.call('Return', message([2, failure(error, '', '')]));
}
// Closed before the process has ended, the connection would look broken.
process.exit(0);
