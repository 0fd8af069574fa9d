import { join } from 'node:path';

export const checkout = join(import.meta.dirname, '../..');

/** Tests give it folders of their own, so that they touch no quickstart that somebody has running. */
const { QUICKSTART_DATA, QUICKSTART_RUN } = process.env;
const home = QUICKSTART_DATA ?? join(checkout, '.cache/quickstart');

/** Where quickstart keeps everything: the data in the checkout, the sockets where `tsmoby` looks for them without being told. */
export const places = {
  data: join(home, 'data'),
  run: QUICKSTART_RUN ?? '/run/tsmoby',
  output: join(home, 'daemon.log'),
  samples: join(checkout, 'samples/quickstart'),
  busybox: join(checkout, 'samples/quickstart/site/busybox'),
  tsmoby: join(checkout, 'cli/tsmoby'),
  /** The program as plain JavaScript, which `cli/tsmoby` prefers to the sources. */
  dist: join(checkout, 'dist'),
  /** What `npx tsmoby` finds. */
  link: join(checkout, 'node_modules/.bin/tsmoby'),
} as const;
