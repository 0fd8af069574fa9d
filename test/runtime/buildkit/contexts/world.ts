import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { createBuildContexts, type BuildContextsOptions } from '../../../../runtime/buildkit/contexts/create.ts';
import { createHost } from '../../../../runtime/host/create-host.ts';
import type { BuildContextsHarness } from '../../../suites/build-contexts.ts';
import { makeFolder } from '../../../support/interruption.ts';
import { recordingLog, type LogLine } from '../../../support/recording-log.ts';

export interface ContextsWorld extends BuildContextsHarness {
  /** Holds everything else. */
  readonly root: string;
  readonly dataDirectory: string;
  readonly log: readonly LogLine[];
}

/** The real adapter in a temporary directory. */
export async function createContextsWorld(options: Partial<BuildContextsOptions> = {}): Promise<ContextsWorld> {
  const root = await makeFolder(join(tmpdir(), 'tsm-ctx-'));
  const dataDirectory = join(root, 'data');
  const log = recordingLog();
  const path = process.env['PATH'];
  const contexts = createBuildContexts({
    dataDirectory,
    hostId: 'test',
    host: createHost({ runDirectory: join(root, 'run'), ...(path === undefined ? {} : { path }) }),
    clock: { now: () => Date.now() },
    newId: randomUUID,
    log,
    env: {},
    ...options,
  });
  return {
    root,
    dataDirectory,
    contexts,
    log: log.lines,
    directory: (name) => join(root, name),
    async write(directory, name, text) {
      const file = join(directory, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    },
    delete: (directory, name = '.') => rm(join(directory, name), { recursive: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
