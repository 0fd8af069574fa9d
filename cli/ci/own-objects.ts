import { isContainer, withFreePorts } from '../../client/environment/ports.ts';
import { variableClash } from '../../client/environment/variables.ts';
import { isObject } from '../../schemas/structural/own.ts';
import { ManifestError, type Document, type Manifest } from '../manifests/manifest.ts';

/** Mistakes that keep documents out of an environment, each with its place. */
export function placeProblems(documents: readonly Document[]): readonly string[] {
  return documents.flatMap((document) => {
    const { value } = document;
    const metadata = isObject(value) ? value['metadata'] : undefined;
    const namespace = isObject(metadata) ? metadata['namespace'] : undefined;
    if (typeof namespace !== 'string' || namespace === '') return [];
    return [
      `${document.place('metadata.namespace')}: namespace "${namespace}" is named here, but in tsmoby ci all objects live in a namespace of the job's own: leave metadata.namespace out`,
    ];
  });
}

/**
 * The manifests as they can stand beside copies of themselves: with free ports in place of theirs. Throws ManifestError for what cannot:
 * objects that belong to no namespace (unless nobody else uses the daemon), ports that cannot be others, names that would be one variable.
 */
export function ownObjects(manifests: readonly Manifest[], daemon: 'shared' | 'private'): readonly Manifest[] {
  const problems: string[] = [];
  const own = manifests.map((manifest) => {
    const { document, kind, name, namespace } = manifest;
    if (kind.kind === 'Namespace' && kind.group === '')
      problems.push(`${document.place('kind')}: namespace "${name}": tsmoby ci makes one of its own: leave this out`);
    else if (namespace === undefined && daemon === 'shared')
      problems.push(
        `${document.place('kind')}: a ${kind.kind} belongs to no namespace, so others would see it: apply it before with tsmoby apply, or let the job have a daemon of its own (--private)`,
      );
    const free = withFreePorts(manifest.object);
    if (free.type === 'object') return { ...manifest, object: free.object };
    problems.push(`${document.place(free.path)}: ${free.path}: ${free.message}`);
    return manifest;
  });
  const names = manifests.filter(({ object }) => isContainer(object)).map(({ name }) => name);
  const clash = variableClash(names);
  if (clash !== undefined)
    problems.push(`containers ${clash[0]} and ${clash[1]} would have the same environment variables: rename one`);
  if (problems.length > 0) throw new ManifestError(problems);
  return own;
}
