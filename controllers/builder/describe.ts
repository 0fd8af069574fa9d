import type { BuilderFacts } from '../../runtime/ports/builders.ts';
import type { BuilderStatus } from '../../schemas/gen/types.ts';
import { managedType, type Runner } from './place.ts';

/** What a builder says of itself, as status. */
export function describe(
  facts: BuilderFacts,
  managed: Runner | undefined,
  ownUuid: string | undefined,
): Partial<BuilderStatus> {
  const { kind, version, workers, landing, exporters, containerdUuid, containerdNamespace } = facts;
  const found = kind === 'buildkitd' ? 'Buildkitd' : 'Dockerd';
  const platforms = workers[0]?.platforms ?? [];
  return {
    type: managed === undefined ? found : managedType(managed),
    version,
    workers: workers.map(({ id, executor, platforms: each }) => ({ id, executor, platforms: [...each] })),
    platforms: [...new Set(platforms)].join(', '),
    exporters: [...exporters],
    landing,
    sharesContainerd: containerdUuid !== undefined && containerdUuid === ownUuid,
    ...(containerdNamespace === undefined ? {} : { containerdNamespace }),
  };
}

/** For a person: `buildkitd v0.32.2, oci worker`. */
export function summary({ version, kind, workers }: BuilderFacts): string {
  const [first] = workers;
  return `${kind}${version === '' ? '' : ` ${version}`}, ${first?.executor ?? 'no'} worker`;
}
