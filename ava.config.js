// ava's settings for the unit tests. Each file is a process of its own: with its compiled modules kept (types stripped, code
// cached), starting one takes a third of the processor time.
import { join } from 'node:path';

export const environmentVariables = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compile'),
};

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts', '!test/{real,chaos,kubectl,client-node,cli}/**'],
  timeout: '2m',
  workerThreads: false,
  environmentVariables,
};
