import type { Container, Environment, Image, ObjectInput } from 'tsmoby';

/** Beside the samples; with a registry, no Image is needed: `image: docker.io/library/busybox:1.36` is. */
const archive = new URL('../../busybox.tar', import.meta.url).pathname;

export const image: ObjectInput<Image> = {
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Image',
  metadata: { name: 'busybox' },
  spec: { reference: 'tsmoby.dev/busybox:sample', archive: { path: archive } },
};

/** Serves a greeting. Whatever `hostPort` says, in an environment it is any free port. */
export const shop = (greeting: string): ObjectInput<Container> => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Container',
  metadata: { name: 'shop' },
  spec: {
    image: 'tsmoby.dev/busybox:sample',
    command: [
      'sh',
      '-c',
      'mkdir /site; echo "$GREETING" > /site/index.html; echo open; exec httpd -f -p 8080 -h /site',
    ],
    env: [{ name: 'GREETING', value: greeting }],
    ports: [{ name: 'http', containerPort: 8080, hostPort: 8080 }],
    readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
  },
});

/** Until it answers. */
export async function openShop(env: Environment, greeting: string): Promise<URL> {
  await Promise.all([env.apply(image), env.apply(shop(greeting))]);
  await env.ready({ timeoutMs: 60_000 });
  const { host, port } = await env.port('shop', 'http');
  return new URL(`http://${host}:${port}/`);
}
