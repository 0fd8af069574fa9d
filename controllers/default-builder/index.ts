/**
 * The default builder: there is a Builder `default`, which Builds are for that name none. It is made again when it was deleted; a daemon that was started
 * with `--no-default-builder` does without this controller.
 */
import { isReason } from '../../client/client.ts';
import type { Builder, Namespace } from '../../schemas/gen/types.ts';
import { settled, type Controller } from '../engine/contract.ts';

/** The namespace that every store has, and that is never deleted: the default builder is there as long as it is. */
const SYSTEM = 'kube-system';
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const BUILDER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder' } as const;
const NAME = 'default';
/** On what is made without being asked for. */
const LABELS = { 'tsmoby.dev/default': 'true' } as const;

/** Runs under the manager as user `system:controller:default-builder`. */
export function defaultBuilderController(): Controller<Namespace, NonNullable<Namespace['status']>> {
  return {
    name: 'default-builder',
    kind: NAMESPACE,
    outcomeConditions: false,
    watches: [{ kind: BUILDER, map: ({ metadata }) => (metadata.name === NAME ? [SYSTEM] : []) }],
    async reconcile({ metadata }, { reader, client, signal }) {
      if (metadata.name !== SYSTEM || reader.get<Builder>(BUILDER, undefined, NAME) !== undefined) return settled();
      try {
        await client.create<Builder>({ ...BUILDER, metadata: { name: NAME, labels: LABELS }, spec: {} }, { signal });
      } catch (error) {
        // our cache will show it
        if (!isReason(error, 'AlreadyExists')) throw error;
      }
      return settled();
    },
  };
}
