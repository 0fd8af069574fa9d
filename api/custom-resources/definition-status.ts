/** Writes of the server itself to stored CustomResourceDefinitions: conditions, names, and the finalizer's end. */
import type { CustomResourceDefinition, CustomResourceDefinitionStatus } from '../../schemas/gen/types.ts';
import type { KindStore } from '../registry/kind-store.ts';
import { createUpdater } from '../registry/object-writer.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Updater } from '../registry/resource.ts';
import { StatusError } from '../status-error.ts';
import { setCondition, type CrdCondition } from './conditions.ts';
import { CLEANUP_FINALIZER } from './finalizer.ts';
import { SERVER_USER, serverCall } from './server-call.ts';

type Change = (crd: CustomResourceDefinition) => CustomResourceDefinition;

/** What a pass over one definition found out. */
export interface Findings {
  readonly conditions: readonly CrdCondition[];
  readonly acceptedNames?: CustomResourceDefinitionStatus['acceptedNames'];
  /** All objects are gone: the definition may go too. */
  readonly cleaned?: boolean;
}

export class DefinitionStatus {
  readonly #kind: KindStore;
  readonly #updater: Updater;

  constructor(definitions: KindStore) {
    this.#kind = definitions;
    this.#updater = createUpdater(definitions, bookkeeping);
  }

  /**
   * Writes what was found to the definition of that uid; nothing when it says so already. One that has gone meanwhile, or
   * was made anew, is let be.
   */
  async write({ metadata }: CustomResourceDefinition, findings: Findings, signal: AbortSignal): Promise<void> {
    const { name, uid } = metadata;
    const call = serverCall('update', this.#kind.definition, { namespace: '', name }, signal, 'status');
    const change: Change = (crd) => (crd.metadata.uid === uid ? this.#changed(crd, findings) : crd);
    try {
      await this.#updater.update(call, name, (current) => change(current as CustomResourceDefinition), {
        dryRun: false,
        fieldManager: SERVER_USER,
        operation: 'Update',
        kind: 'patch',
      });
    } catch (error) {
      if (!(error instanceof StatusError && error.status.code === 404)) throw error;
    }
  }

  #changed(
    crd: CustomResourceDefinition,
    { conditions, acceptedNames, cleaned = false }: Findings,
  ): CustomResourceDefinition {
    const now = this.#kind.origins.now();
    const status: CustomResourceDefinitionStatus = {
      ...crd.status,
      conditions: conditions.reduce((all, one) => setCondition(all, one, now), crd.status?.conditions ?? []),
      ...(acceptedNames === undefined ? {} : { acceptedNames }),
    };
    const next = { ...crd, status };
    if (!cleaned) return next;
    const finalizers = (crd.metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER);
    return { ...next, metadata: { ...crd.metadata, finalizers } };
  }
}

/** Status and finalizers: all that the server writes by itself. */
function bookkeeping(next: KubeObject, current: KubeObject): KubeObject {
  const { status } = next as CustomResourceDefinition;
  const { finalizers } = next.metadata;
  const metadata = { ...current.metadata, ...(finalizers === undefined ? {} : { finalizers }) };
  const kept: CustomResourceDefinition = { ...(current as CustomResourceDefinition), metadata };
  const written: CustomResourceDefinition = status === undefined ? kept : { ...kept, status };
  return written;
}
