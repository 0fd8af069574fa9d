import { join } from 'node:path';

export const checkout = join(import.meta.dirname, '../..');

/** Where quickstart keeps everything: the data in the checkout, the sockets where `tsmoby` looks for them without being told. */
export const places = {
  data: join(checkout, '.cache/quickstart/data'),
  run: '/run/tsmoby',
  output: join(checkout, '.cache/quickstart/daemon.log'),
  samples: join(checkout, 'samples/quickstart'),
  image: join(checkout, 'samples/quickstart/busybox.tar'),
  tsmoby: join(checkout, 'cli/tsmoby'),
  /** The program as plain JavaScript, which `cli/tsmoby` prefers to the sources. */
  dist: join(checkout, 'dist'),
  /** What `npx tsmoby` finds. */
  link: join(checkout, 'node_modules/.bin/tsmoby'),
} as const;
