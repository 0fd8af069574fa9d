import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createSyncSources, type SyncSourcesOptions } from '../../../runtime/sync-sources/create.ts';
import type { SyncSources } from '../../../runtime/ports/sync-sources.ts';
import type { SyncSourcesHarness } from '../../suites/sync-sources.ts';
import { createRepository, type TestRepository } from '../../support/git/repository.ts';
import { makeFolder } from '../../support/interruption.ts';
import { createMemoryRegistry, type MemoryRegistry } from '../../support/memory-registry-port.ts';
import { recordingLog, type LogLine } from '../../support/recording-log.ts';
import { pushArtifact, tarOf } from './artifacts.ts';

export interface SourcesWorld extends SyncSourcesHarness {
  /** Holds everything else. */
  readonly root: string;
  readonly dataDirectory: string;
  readonly registry: MemoryRegistry;
  readonly log: readonly LogLine[];
  /** As after a restart of the daemon. */
  readonly again: () => SyncSources;
  readonly bare: (name: string) => Promise<TestRepository>;
}

/** The real adapter in a temporary directory, with git, and a registry in memory. */
export async function createSourcesWorld(options: Partial<SyncSourcesOptions> = {}): Promise<SourcesWorld> {
  const root = await makeFolder(join(tmpdir(), 'tsm-src-'));
  const dataDirectory = join(root, 'data');
  const log = recordingLog();
  const registry = createMemoryRegistry();
  const path = process.env['PATH'];
  const again = (): SyncSources =>
    createSyncSources({
      dataDirectory,
      host: createHost({ runDirectory: join(root, 'run'), ...(path === undefined ? {} : { path }) }),
      registry,
      newId: randomUUID,
      log,
      env: {},
      ...options,
    });
  return {
    root,
    dataDirectory,
    registry,
    sources: again(),
    again,
    log: log.lines,
    directory: (name) => join(root, name),
    async write(directory, name, text) {
      const file = join(directory, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    },
    delete: (directory, name = '.') => rm(join(directory, name), { recursive: true }),
    read: (directory, name) => readFile(join(directory, name), 'utf8').catch(() => undefined),
    bare: (name) => createRepository(root, name),
    async repository(name) {
      const repository = await createRepository(root, name);
      return {
        url: repository.path,
        commit: (files, branch) => repository.commit(files, branch),
        tag: (tag) => repository.tag(tag),
      };
    },
    async push(name, tag, files) {
      return pushArtifact(registry, `registry.example/${name}:${tag}`, await tarOf(files));
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
