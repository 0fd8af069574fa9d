/** What the measured containers do, in every program that starts them. */

/** Port in each container on a bridge. */
export const CONTAINER_PORT = 8080;

/** Published port of the container with this index. */
export const hostPortOf = (index: number): number => 20_000 + index;

/** A container without a network. */
export const SLEEP: readonly string[] = ['sleep', 'infinity'];

/** A container with a published port: busybox's server and one small page. */
export const SERVE: readonly string[] = [
  'sh',
  '-c',
  `mkdir -p /www && echo ok > /www/index.html && exec httpd -f -p ${CONTAINER_PORT} -h /www`,
];
