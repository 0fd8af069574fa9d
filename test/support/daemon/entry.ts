/** The whole daemon as a process of its own: `node entry.ts <DaemonOptions as JSON>`. Faster to start than through the CLI. */
import { runDaemon } from '../../../cli/daemon/main.ts';
import type { DaemonOptions } from '../../../cli/daemon-options.ts';

await runDaemon(JSON.parse(process.argv[2] ?? '') as DaemonOptions);
