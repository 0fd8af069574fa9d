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
    checkCredentials(target, entry.credentials);
    return entry.descriptor;
  }

  async listTags(target: RegistryTarget, signal?: AbortSignal): Promise<readonly string[]> {
    await this.#gate.pass('registry.listTags', signal);
    const repository = repositoryOf(target.reference);
    const found = [...this.#tags].filter(([name]) => !name.includes('@') && repositoryOf(name) === repository);
    const [[, first] = []] = found;
    if (first === undefined) throw new RuntimeError('NotFound', `${target.reference}: not found in the registry`);
    checkCredentials(target, first.credentials);
    return found.map(([name]) => name.slice(repository.length + 1));
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

/** Without tag and digest. */
const repositoryOf = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

function checkCredentials(target: RegistryTarget, wanted: RegistryCredentials | undefined): void {
  if (wanted === undefined || target.credentials?.password === wanted.password) return;
  throw new RuntimeError('Unauthorized', `${target.reference}: the registry refused the credentials`);
}

async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += PIECE) yield content.subarray(at, at + PIECE);
}
