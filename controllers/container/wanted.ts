import { changedPlaces } from './configuration.ts';
import { holdOf, restartedDependencies } from './dependencies.ts';
import { imageSource, instanceId } from './names.ts';
import type { Wanted } from './plan.ts';
import { resourcesText, translateResources } from './resources.ts';
import { restartWanted } from './restart-wanted.ts';
import type { Look } from './work.ts';

/** What a pass aims at. `unheld`: it waits for no dependencies. */
export function wantedOf(work: Look, unheld: boolean): Wanted {
  const { container, specHash: hash, image, shared } = work;
  const { restartPolicy, resources } = container.spec;
  const id = image === undefined ? {} : { id: instanceId(container, hash, image.manifestDigest, shared) };
  const source = imageSource(container.spec);
  // What changed is in the one that is to take its place.
  const restart = work.side === 'serving' ? undefined : image && restartOf(work);
  const hold = unheld ? undefined : holdOf(container, work.dependencies, work.context.reader);
  return {
    specHash: hash,
    ...id,
    source,
    resources: resourcesText(translateResources(resources)),
    restartPolicy,
    ...(restart && { restart }),
    ...(hold && { hold }),
  };
}

/** Without an image nothing is restarted: what changed could not be put into the next process. */
function restartOf({ context, configuration, dependencies }: Look) {
  const { configuration: told, dependencies: runs } = context.status.current;
  return restartWanted({
    missing: configuration.missing,
    changed: changedPlaces(configuration, told),
    restarted: restartedDependencies(dependencies, runs),
  });
}
