import type { KubeObject, ObjectRef } from '../../../schemas/object.ts';
import type { Clock, Controller, Log, Planned, Reader } from '../contract.ts';
import { keyOf, kindKey, objectKey } from '../keys.ts';
import { verdictOf } from '../verdict.ts';

export type PlanningController = Controller<KubeObject, Record<string, unknown>>;

/** A controller with what it reads. */
export interface Sight {
  readonly controller: PlanningController;
  /** Objects as they are. */
  readonly before: Reader;
  /** Objects as they are looked at. */
  readonly reader: Reader;
}

export interface ForesightOptions {
  readonly sights: readonly Sight[];
  /** Objects that are being deleted, by `idOf`, though readers do not have them any more. */
  readonly leaving: ReadonlyMap<string, KubeObject>;
  readonly find: (ref: ObjectRef) => KubeObject | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** One object among all. */
export const idOf = (ref: ObjectRef): string => `${kindKey(ref)} ${objectKey(ref.namespace, ref.name)}`;

/**
 * What becomes of objects in one state of the world. Each is planned for once, by its own controller, which may ask what becomes of others;
 * one that is asked in a circle is not known. For one caller at a time: two that wait for each other would wait for ever.
 */
export class Foresight {
  readonly #options: ForesightOptions;
  /** Whoever plans for a kind. */
  readonly #planners: ReadonlyMap<string, Sight>;
  readonly #known = new Map<string, Planned | undefined>();

  constructor(options: ForesightOptions) {
    this.#options = options;
    const planners = options.sights.filter(({ controller }) => controller.plan !== undefined).toReversed();
    this.#planners = new Map(planners.map((sight) => [kindKey(sight.controller.kind), sight]));
  }

  /** Undefined: nobody plans for its kind, it is not there, or a circle closes. */
  async planOf(ref: ObjectRef, path: readonly string[] = []): Promise<Planned | undefined> {
    const id = idOf(ref);
    if (this.#known.has(id)) return this.#known.get(id);
    if (path.includes(id)) return undefined;
    const planned = await this.#plan(ref, [...path, id]);
    this.#known.set(id, planned);
    return planned;
  }

  async #plan(ref: ObjectRef, path: readonly string[]): Promise<Planned | undefined> {
    const { leaving, clock, log, signal, find } = this.#options;
    const sight = this.#planners.get(kindKey(ref));
    if (sight === undefined) return undefined;
    const { controller, reader, before } = sight;
    const object = leaving.get(idOf(ref)) ?? reader.get<KubeObject>(ref, ref.namespace, ref.name);
    if (object === undefined) return undefined;
    try {
      const planOf = (other: ObjectRef): Promise<Planned | undefined> => this.planOf(other, path);
      return await controller.plan?.(object, { reader, before, clock, log, signal, find, planOf });
    } catch (error) {
      signal.throwIfAborted();
      return blocked(error, { controller: controller.name, key: keyOf(object) }, log);
    }
  }
}

/** What is thrown says what its controller would wait for, or why nobody can tell. */
function blocked(error: unknown, where: object, log: Log): Planned {
  const { outcome } = verdictOf(error);
  if (outcome.type === 'settled') return { action: 'None', message: 'nothing is to do', steps: [] };
  const { reason, message } = outcome;
  const cannotTell = outcome.type === 'retry' || (outcome.type === 'waiting' && outcome.unknown === true);
  if (outcome.type === 'retry') log.warn({ ...where, error }, 'an object could not be planned for');
  if (cannotTell) return { action: 'Unknown', message: `cannot be told: ${message}`, steps: [] };
  return { action: 'Wait', message: `waits: ${reason}: ${message}`, steps: [] };
}
