/** Repositories and artifacts in memory. */
import { createHash } from 'node:crypto';
import { highestInRange } from '../../../schemas/values/semver-range.ts';
import { RuntimeError } from '../../errors.ts';
import type { GitSource, SyncSource } from '../../ports/sync-sources.ts';

export type FakeTree = Readonly<Record<string, string>>;

/** Who signed, and the key as a Sync would name it in `verify`. */
export interface FakeSigner {
  readonly name: string;
  readonly key: string;
}

export interface FakeVersion {
  readonly files: FakeTree;
  readonly revision: string;
  readonly commit?: string;
  readonly signer?: FakeSigner;
}

interface Commit {
  readonly files: FakeTree;
  readonly signer?: FakeSigner;
}

export interface FakeRepository {
  readonly commits: Map<string, Commit>;
  readonly branches: Map<string, string>;
  readonly tags: Map<string, { readonly commit: string; readonly signer?: FakeSigner }>;
}

export const createFakeRepository = (): FakeRepository => ({
  commits: new Map(),
  branches: new Map(),
  tags: new Map(),
});

export function addCommit(repository: FakeRepository, commit: Commit, branch: string): string {
  const parent = repository.branches.get(branch) ?? '';
  const id = createHash('sha1')
    .update(JSON.stringify([parent, repository.commits.size, commit]))
    .digest('hex');
  repository.commits.set(id, commit);
  repository.branches.set(branch, id);
  return id;
}

/** What the source's ref stands for. Throws RefNotFound, and SignatureInvalid as the real one rejects. */
export function findVersion(repository: FakeRepository, source: GitSource, verified: boolean): FakeVersion {
  const { name, commit, tagSigner } = resolve(repository, source);
  const found = repository.commits.get(commit);
  if (found === undefined) throw refNotFound(source.url, commit);
  const signer = source.verify?.what === 'tag' ? tagSigner : found.signer;
  if (verified) checkSigner(source, commit, signer);
  return {
    files: found.files,
    revision: `${name === undefined ? '' : `${name}@`}sha1:${commit}`,
    commit,
    ...(source.verify === undefined || signer === undefined ? {} : { signer }),
  };
}

interface Resolved {
  readonly name?: string;
  readonly commit: string;
  readonly tagSigner?: FakeSigner | undefined;
}

function resolve({ branches, tags }: FakeRepository, { ref, url }: GitSource): Resolved {
  const missing = refNotFound(url, 'range' in ref ? `tag in ${ref.range}` : 'name' in ref ? ref.name : 'HEAD');
  if (ref.type === 'commit') return { commit: ref.name };
  if (ref.type === 'default' || ref.type === 'branch') {
    const name = ref.type === 'branch' ? ref.name : 'main';
    const commit = branches.get(name);
    if (commit === undefined) throw missing;
    return { name, commit };
  }
  const name = 'range' in ref ? highestInRange(tags.keys(), ref.range) : ref.name;
  const tag = name === undefined ? undefined : tags.get(name);
  if (name === undefined || tag === undefined) throw missing;
  return { name, commit: tag.commit, tagSigner: tag.signer };
}

function checkSigner({ verify }: GitSource, commit: string, signer: FakeSigner | undefined): void {
  if (verify === undefined) return;
  const keys = [...verify.sshKeys, ...verify.gpgKeys.map((key) => Buffer.from(key).toString())];
  if (signer !== undefined && keys.includes(signer.key)) return;
  const problem = signer === undefined ? 'is not signed' : `is signed by ${signer.name}, who is none of those allowed`;
  throw new RuntimeError('Corrupt', `${verify.what} ${commit} ${problem}`, { reason: 'SignatureInvalid' });
}

export function refNotFound(url: string, ref: string): RuntimeError {
  return new RuntimeError('NotFound', `${url} has no ${ref}`, { reason: 'RefNotFound' });
}

/** By reference without tag: artifacts by tag. */
export type FakeArtifacts = Map<string, Map<string, FakeTree>>;

export function findArtifact(artifacts: FakeArtifacts, source: SyncSource & { type: 'oci' }): FakeVersion | undefined {
  const { repository, tag } = splitReference(source.reference);
  const tags = artifacts.get(repository);
  if (tags === undefined) return undefined;
  const chosen = source.semver === undefined ? tag : highestInRange(tags.keys(), source.semver);
  const files = chosen === undefined ? undefined : tags.get(chosen);
  if (chosen === undefined || files === undefined) throw refNotFound(repository, source.semver ?? tag);
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  return { files, revision: `${chosen}@sha256:${digest}` };
}

export function splitReference(reference: string): { readonly repository: string; readonly tag: string } {
  const [, repository = reference, tag = 'latest'] = /^(.*?)(?::([^:/]+))?$/.exec(reference) ?? [];
  return { repository, tag };
}
