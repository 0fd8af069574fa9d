/** A Compose file, converted and applied to a real daemon: its services find each other by name, in the order that it asks for. */
import test from 'ava';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { startTestDaemon } from '../support/daemon.ts';

const root = join(import.meta.dirname, '../..');

const COMPOSE = `
services:
  my_site:
    image: tsmoby.dev/busybox:compose
    command: httpd -f -p 8080 -h /site
    init: true
    configs: [{ source: page, target: /site/index.html }]
    volumes: [shared:/shared]
    networks: { front: { aliases: [www] } }
    healthcheck: { test: wget -q -O /dev/null http://my_site:8080/, interval: 1s }
  seed:
    image: tsmoby.dev/busybox:compose
    command: sh -c 'echo "seeded by $$WHO" > /shared/seed'
    environment: { WHO: "\${WHO:-nobody}" }
    volumes: [shared:/shared]
    network_mode: none
  ask:
    image: tsmoby.dev/busybox:compose
    entrypoint: [sh, -c]
    command:
      - wget -q -O - http://my_site:8080/ && wget -q -O - http://www:8080/ && cat /shared/seed /run/secrets/pin
    depends_on:
      my_site: { condition: service_healthy }
      seed: { condition: service_completed_successfully }
    volumes: [shared:/shared:ro]
    secrets: [pin]
    networks: [front]
  idle:
    image: tsmoby.dev/busybox:compose
    profiles: [never]
networks:
  front:
volumes:
  shared:
configs:
  page: { content: "hello from \${COMPOSE_PROJECT_NAME}\\n" }
secrets:
  pin: { file: ./pin }
`;

test('services answer each other by their names, after what they depend on', async (t) => {
  await using daemon = await startTestDaemon();
  const tsmoby = async (args: readonly string[], input = ''): Promise<string> => {
    const env = { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}`, NO_COLOR: '1', WHO: 'seed' };
    const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], { env });
    child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    t.is(code, 0, `tsmoby ${args.join(' ')}\n${stdout}${stderr}`);
    return stdout;
  };
  const directory = join(daemon.folder, 'shop');
  await mkdir(directory);
  await writeFile(join(directory, 'compose.yaml'), COMPOSE);
  await writeFile(join(directory, 'pin'), '1234\n');
  const archive = join(daemon.folder, 'busybox.tar');
  await buildBusyboxArchive({ output: archive, name: 'tsmoby.dev/busybox:compose' });
  const manifests = await tsmoby(['convert', join(directory, 'compose.yaml'), '-n', 'shop']);
  const image = {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Image',
    metadata: { name: 'busybox', namespace: 'shop' },
    spec: { reference: 'tsmoby.dev/busybox:compose', archive: { path: archive } },
  };
  await tsmoby(['apply', '-f', '-'], `${manifests}---\n${JSON.stringify(image)}\n`);
  await tsmoby(['wait', '-n', 'shop', 'container/ask', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=120s']);
  t.is(await tsmoby(['logs', '-n', 'shop', 'ask']), 'hello from shop\nhello from shop\nseeded by seed\n1234\n');
  t.regex(await tsmoby(['get', 'containers', '-n', 'shop']), /my-site +True +Running/);
  t.regex(await tsmoby(['apply', '-f', '-'], manifests), /container\.tsmoby\.dev\/my-site unchanged/);
  await tsmoby(['delete', 'namespace', 'shop', '--timeout=60s']);
});
