/** `node daemon.ts <data directory> <run directory> <allowed host path>`: a daemon from source, when there is no built one. */
import { runDaemon } from '../cli/daemon/main.ts';

const [dataDir = '', runDir = '', allowed = ''] = process.argv.slice(2);
await runDaemon({
  dataDir,
  runDir,
  listen: [`unix://${runDir}/tsmoby.sock`, 'https://127.0.0.1:0'],
  logLevel: 'info',
  allowHostPath: [allowed],
});
