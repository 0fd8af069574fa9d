import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Host } from '../../../runtime/ports/host.ts';
import { createVolumes } from '../../../runtime/volumes/create.ts';
import type { VolumesHarness } from '../../suites/volumes.ts';
import { makeFolder } from '../../support/interruption.ts';
import { createHostDouble } from './host-double.ts';

export interface VolumesWorld extends VolumesHarness {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly runDirectory: string;
}

/** The real adapter in a temporary directory; `dispose` takes away what `host` mounted. */
export async function createVolumesWorld(
  host: Host = createHostDouble(),
  dispose: (runDirectory: string) => Promise<void> = async () => {},
): Promise<VolumesWorld> {
  const directory = await makeFolder('/tmp/tsm-vol-');
  const dataDirectory = join(directory, 'data');
  const runDirectory = join(directory, 'run');
  const allowed = join(directory, 'allowed');
  for (const path of [dataDirectory, runDirectory, allowed]) await mkdir(path);
  return {
    directory,
    dataDirectory,
    runDirectory,
    allowed,
    volumes: createVolumes({ facts: { dataDirectory, runDirectory }, host, allowHostPaths: [allowed] }),
    async write(path, content) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    },
    read: (path) => readFile(path, 'utf8').catch(() => undefined),
    async [Symbol.asyncDispose]() {
      await dispose(runDirectory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
