/** Secrets and keys that a build sees; they go into one Secret beside the Build. */
import { resolve } from 'node:path';
import type { BuildSecret, BuildSsh } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import type { Handlers } from '../book/field.ts';
import { readNamed } from '../compose/files.ts';
import { PROJECT_LABEL } from '../conversion.ts';
import { contentOf, dataKeyOf } from '../project/data.ts';
import type { BuildDraft } from './draft.ts';

export const buildCredentialKeys: Handlers<BuildDraft> = {
  secrets(field, draft) {
    const secrets: BuildSecret[] = [];
    for (const item of field.items()) {
      const long = item.node.type === 'map' ? item : undefined;
      const source = (long === undefined ? item : (long.get('source') ?? item.fail('the source is missing'))).text();
      const resource = draft.c.resources.use('secrets', source, item);
      const id = long?.get('target')?.text() ?? source;
      if (long !== undefined)
        dropped(
          long,
          ['source', 'target'],
          Object.fromEntries(
            ['uid', 'gid', 'mode'].map((key) => [
              key,
              (one) => one.unsupported(`write it into RUN --mount=type=secret,${key}=…`),
            ]),
          ),
        );
      if (resource.external) {
        secrets.push({ id, secretKeyRef: { name: resource.name, key: dataKeyOf(resource) } });
        continue;
      }
      contentOf(resource, draft.c);
      secrets.push({ id, secretKeyRef: { name: resource.name, key: dataKeyOf(resource) } });
    }
    draft.spec.secrets = secrets;
    field.to(draft.at('spec.secrets'));
  },
  ssh(field, draft) {
    const agents: BuildSsh[] = [];
    for (const [id, value] of field.pairs()) {
      const given = value.isNull || value.text() === '' ? undefined : value.text();
      const path =
        given === undefined
          ? draft.c.variables.find('SSH_AUTH_SOCK')
          : resolve(value.node.origin.source.directory, given);
      if (path === undefined || path === '')
        value.fail(`there is no agent, $SSH_AUTH_SOCK is empty: start one, or name a key: ${id}=FILE`);
      else if (draft.c.files.typeOf(path) === 'file') {
        const key = `ssh.${id.replaceAll(/[^-._a-zA-Z0-9]/g, '_')}`;
        const bytes = readNamed(draft.c.files, path, given ?? path, value.node.origin);
        draft.secretData[key] = Buffer.from(bytes).toString('base64');
        agents.push({ id, secretKeyRef: { name: secretNameOf(draft.name), key } });
      } else agents.push({ id, agentSocket: path });
    }
    draft.spec.ssh = agents;
    field.to(draft.at('spec.ssh'));
  },
};

const secretNameOf = (build: string): string => `${build}-build`;

/** The Secret of a Build, when it needs one. */
export function putCredentials({ c, name, secretData }: Pick<BuildDraft, 'c' | 'name' | 'secretData'>): void {
  if (Object.keys(secretData).length === 0) return;
  c.manifests.push({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretNameOf(name), labels: { [PROJECT_LABEL]: c.project } },
    type: 'Opaque',
    data: secretData,
  });
}
