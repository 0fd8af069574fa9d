/** Takes away what a daemon of the bench made, in the network namespace where it made it: `node tear-down.ts DATA RUN`. */
import { tearDown } from '../cli/daemon/tear-down.ts';

/** Says nothing: what is missing is what was to be. */
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

const [dataDirectory = '', runDirectory = ''] = process.argv.slice(2);
await tearDown({ dataDirectory, runDirectory, log: QUIET });
