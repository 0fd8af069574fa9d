import { applyPatch, type ApplyResult } from '../../../api/apply/apply-patch.ts';
import { recordUpdate } from '../../../api/apply/record-update.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';

const text: StructuralSchema = { type: 'string' };
const port: StructuralSchema = {
  type: 'object',
  properties: { name: text, port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } },
};

/** How a map and a list are owned, where a definition changes its mind. */
export interface Ownership {
  readonly ref: 'atomic' | 'granular';
  readonly tags: 'atomic' | 'set';
}

/** A kind with one field of each way to own. */
const gadgetOf = ({ ref, tags }: Ownership) =>
  compileStructural(
    {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            size: { type: 'integer' },
            color: { type: 'string', default: 'red' },
            tags: { type: 'array', items: text, 'x-kubernetes-list-type': tags },
            args: { type: 'array', items: text },
            ports: {
              type: 'array',
              items: port,
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
            },
            byProto: {
              type: 'array',
              items: port,
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['port', 'protocol'],
            },
            env: { type: 'object', additionalProperties: text },
            groups: { type: 'object', additionalProperties: { type: 'object', additionalProperties: text } },
            ref: { type: 'object', properties: { name: text, kind: text }, 'x-kubernetes-map-type': ref },
            nested: { type: 'object', properties: { a: text, deeper: { type: 'object', properties: { b: text } } } },
            open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
        status: { type: 'object', properties: { phase: text } },
      },
    },
    { metadata: objectMeta },
  );

export const gadget = gadgetOf({ ref: 'atomic', tags: 'set' });

export const identity = { apiVersion: 'x.dev/v1', kind: 'Gadget', metadata: { name: 'g' } };

/** One object and the writers around it; each write is a second later. Everything stored is frozen. */
export class World {
  live: JsonObject | undefined;
  #schema = gadget;
  #seconds = 0;

  get now(): string {
    return `2026-01-01T00:00:${String(this.#seconds).padStart(2, '0')}Z`;
  }

  /** Server-side apply of a spec (or of whole top-level fields), defaulted as a server does. */
  apply(manager: string, parts: object, options: { force?: boolean; subresource?: string } = {}): ApplyResult {
    this.#seconds++;
    const result = applyPatch({
      schema: this.#schema,
      live: this.live,
      applied: freezeDeep({ ...identity, ...structuredClone(parts) }),
      manager,
      apiVersion: 'x.dev/v1',
      force: options.force ?? false,
      subresource: options.subresource,
      statusSubresource: true,
      now: this.now,
    });
    this.live = freezeDeep(this.#schema.applyDefaults(result.object));
    return result;
  }

  /** A create or update: the parts replace those of the live object. */
  update(manager: string, parts: object, options: { subresource?: string; apiVersion?: string } = {}): void {
    this.#seconds++;
    const updated = freezeDeep(this.#schema.applyDefaults({ ...identity, ...this.live, ...structuredClone(parts) }));
    this.live = freezeDeep(
      recordUpdate({
        schema: this.#schema,
        live: this.live,
        updated,
        manager,
        apiVersion: options.apiVersion ?? 'x.dev/v1',
        subresource: options.subresource,
        statusSubresource: true,
        now: this.now,
      }),
    );
  }

  /** The definition of the kind changes; what is stored stays. */
  redefine(ownership: Partial<Ownership>): void {
    this.#schema = gadgetOf({ ref: 'atomic', tags: 'set', ...ownership });
  }

  get spec(): JsonObject {
    return (this.live?.['spec'] ?? {}) as JsonObject;
  }

  get metadata(): JsonObject {
    return (this.live?.['metadata'] ?? {}) as JsonObject;
  }

  get managedFields(): readonly JsonObject[] {
    return (this.metadata['managedFields'] ?? []) as readonly JsonObject[];
  }

  /** `alpha Apply {"f:spec":…}`, a line each. */
  get owners(): string[] {
    return this.managedFields.map(({ manager, operation, fieldsV1, subresource }) =>
      [manager, operation, subresource, JSON.stringify(fieldsV1)].filter((part) => typeof part === 'string').join(' '),
    );
  }
}
