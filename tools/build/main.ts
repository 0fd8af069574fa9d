/** `npm run build`: plain JavaScript in `dist/`, for installed copies and for a command line that starts at once, and the library's types. */
import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildInto } from './bundle.ts';
import { declareInto } from './declarations.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const target = `${root}dist`;
const partial = `${target}.partial`;
const old = `${target}.old`;

const started = performance.now();
await rm(partial, { recursive: true, force: true });
const [bytes] = await Promise.all([buildInto(root, partial), declareInto(root, partial)]);
// whole or not at all: a program that runs from dist goes on with the files it has open
await rm(old, { recursive: true, force: true });
await rename(target, old).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error;
});
await rename(partial, target);
await rm(old, { recursive: true, force: true });
console.log(`dist: ${(bytes / 1024).toFixed(0)} KiB in ${(performance.now() - started).toFixed(0)} ms`);
