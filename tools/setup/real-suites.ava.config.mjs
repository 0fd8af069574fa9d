// ava's settings for the suites on real parts (npm test): one file and one test after the other, with time for slow machines.
import { environmentVariables } from '../../ava.config.js';

export default {
  extensions: ['ts'],
  files: ['test/{real,chaos,kubectl,cli,client-node}/**/*.test.ts'],
  concurrency: 1,
  serial: true,
  timeout: '5m',
  workerThreads: false,
  environmentVariables,
};
