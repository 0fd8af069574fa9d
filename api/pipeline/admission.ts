import type { KubeObject } from '../../schemas/object.ts';
import type { RequestAttributes } from './attributes.ts';

/** One write on its way to the store. */
export interface AdmissionRequest {
  readonly attributes: RequestAttributes;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** As it would be stored; absent for DELETE. */
  readonly object?: KubeObject;
  /** As it is stored; absent for CREATE. */
  readonly oldObject?: KubeObject;
  readonly dryRun: boolean;
}

/** A step between authorization and validation: may change the object (returning another one), or throw a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Returns the object itself when there is nothing to change; objects are never changed in place. */
  mutate?(request: AdmissionRequest & { readonly object: KubeObject }): KubeObject | Promise<KubeObject>;
  /** Runs after the object's own validation. */
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** The plugins in order: every mutation first, every validation later. */
export interface AdmissionChain {
  mutate(request: AdmissionRequest & { readonly object: KubeObject }): Promise<KubeObject>;
  validate(request: AdmissionRequest): Promise<void>;
}

export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
  const validating = plugins.filter((plugin) => plugin.validate !== undefined);
  return {
    async mutate(request) {
      let { object } = request;
      for (const plugin of mutating) object = (await plugin.mutate?.({ ...request, object })) ?? object;
      return object;
    },
    async validate(request) {
      for (const plugin of validating) await plugin.validate?.(request);
    },
  };
}
