/** Takes away what a daemon left. As a program: `node tear-down.ts <DaemonOptions as JSON>`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tearDown } from '../../../cli/daemon/tear-down.ts';
import type { DaemonOptions } from '../../../cli/daemon-options.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** `prefix`: words that lead into the network that the daemon was in. */
export async function tearDownWhatIsLeft(options: DaemonOptions, prefix: readonly string[]): Promise<void> {
  const { dataDir, runDir, bootIdPath } = options;
  const [program, ...words] = prefix;
  if (program !== undefined) {
    await promisify(execFile)(program, [...words, process.execPath, import.meta.filename, JSON.stringify(options)]);
    return;
  }
  const boot = bootIdPath === undefined ? {} : { bootIdPath };
  await tearDown({ dataDirectory: dataDir, runDirectory: runDir, log: quiet, ...boot });
}

if (import.meta.main) await tearDownWhatIsLeft(JSON.parse(process.argv[2] ?? '') as DaemonOptions, []);
