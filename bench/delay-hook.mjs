/**
 * Preloaded into a measured daemon (`node --import`): measures its event loop when the bench asks for it over the IPC channel. `start`
 * begins; `stop` answers `{ p99, max }` in milliseconds. No TypeScript: to read that, Node would load what takes 20 MB.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });

process.on('message', (message) => {
  if (message === 'start') {
    delay.reset();
    delay.enable();
  }
  if (message === 'stop') {
    delay.disable();
    process.send?.({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 });
  }
});
process.channel?.unref();
