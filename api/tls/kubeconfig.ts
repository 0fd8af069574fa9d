import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeyedCertificate } from './issue.ts';
import { writePrivately } from './write-file.ts';

/** Tells a file that we wrote from one that a person cares for. */
const FIRST_LINE = '# Written by tsmoby, which writes it again when certificates change. Edit a copy.';

export interface KubeconfigOptions {
  readonly path: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly admin: KeyedCertificate;
}

/**
 * Writes the administrator's kubeconfig, 0600, in one step; not at all when it would be the same. Rejects rather than
 * replace a file that is not ours.
 */
export async function writeKubeconfig({ path, server, ca, admin }: KubeconfigOptions): Promise<void> {
  const content = render(server, ca, admin);
  const present = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (present === content) return;
  if (present !== undefined && !present.startsWith(FIRST_LINE) && present.trim() !== '') {
    throw new Error(
      `${path} was not written by tsmoby and stays as it is: move it away, or choose another file for the kubeconfig`,
    );
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writePrivately(path, content);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const render = (server: string, ca: string, { cert, key }: KeyedCertificate): string => `${FIRST_LINE}
apiVersion: v1
kind: Config
current-context: tsmoby
clusters:
- name: tsmoby
  cluster:
    server: ${JSON.stringify(server)}
    certificate-authority-data: ${base64(ca)}
users:
- name: tsmoby-admin
  user:
    client-certificate-data: ${base64(cert)}
    client-key-data: ${base64(key)}
contexts:
- name: tsmoby
  context:
    cluster: tsmoby
    user: tsmoby-admin
    namespace: default
`;
