import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import type { Descriptor, Registry, RegistryCredentials, RegistryTarget } from '../ports/registry.ts';
import type { Gate } from './gate.ts';

const PIECE = 64 * 1024;

/** A registry in memory. References are compared as text; blobs and manifests are found by digest. */
export class FakeRegistry implements Registry {
  readonly #tags = new Map<string, { descriptor: Descriptor; credentials?: RegistryCredentials }>();
  readonly #contents = new Map<string, Uint8Array>();
  readonly #gate: Gate;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Makes bytes known by their digest, and under a reference when one is given. */
  add(content: Uint8Array, mediaType: string, reference?: string, credentials?: RegistryCredentials): Descriptor {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const descriptor: Descriptor = { mediaType, digest, size: content.length };
    this.#contents.set(digest, content);
    if (reference === undefined) return descriptor;
    const entry = credentials === undefined ? { descriptor } : { descriptor, credentials };
    this.#tags.set(reference, entry);
    this.#tags.set(`${reference.replace(/:[^/:]*$/, '')}@${digest}`, entry);
    return descriptor;
  }

  async resolve(target: RegistryTarget, signal?: AbortSignal): Promise<Descriptor> {
    await this.#gate.pass('registry.resolve', signal);
    if (!/^[^/\s]+\/[^\s]+$/.test(target.reference) || /[A-Z]/.test(target.reference.replace(/[:@].*$/, ''))) {
      throw new RuntimeError('InvalidArgument', `${target.reference} is not an image reference`);
    }
    const entry = this.#tags.get(target.reference);
    if (entry === undefined) throw new RuntimeError('NotFound', `${target.reference}: not found in the registry`);
    const { credentials } = entry;
    if (credentials !== undefined && target.credentials?.password !== credentials.password) {
      throw new RuntimeError('Unauthorized', `${target.reference}: the registry refused the credentials`);
    }
    return entry.descriptor;
  }

  async manifest(_target: RegistryTarget, descriptor: Descriptor, signal?: AbortSignal): Promise<Uint8Array> {
    await this.#gate.pass('registry.manifest', signal);
    return this.#content(descriptor);
  }

  async blob(
    _target: RegistryTarget,
    descriptor: Descriptor,
    offset: number,
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    await this.#gate.pass('registry.blob', signal);
    return pieces(this.#content(descriptor).subarray(offset));
  }

  #content(descriptor: Descriptor): Uint8Array {
    const content = this.#contents.get(descriptor.digest);
    if (content === undefined) throw new RuntimeError('NotFound', `${descriptor.digest}: not found in the registry`);
    return content;
  }
}

async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += PIECE) yield content.subarray(at, at + PIECE);
}
