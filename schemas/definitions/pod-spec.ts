/** What the view of a Container shows of core/v1 PodSpec. Fields that a Container has under the same name are described once, there. */
import type { StructuralSchema } from '../structural/schema.ts';
import { containerSpec } from './container-spec.ts';
import { atomicList, boolean, integer, keyedList, object, string } from './fragments.ts';

const fields = containerSpec.properties ?? {};

function pick(from: Readonly<Record<string, StructuralSchema>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

const name = { name: string('Its name in this spec.') };
const {
  runAsUser: _user,
  runAsGroup: _group,
  supplementalGroups: _more,
  supplementalGroupsPolicy,
  sysctls,
  ...sameSecurity
} = fields['securityContext']?.properties ?? {};

const container = object(
  'The container.',
  {
    name: string('The name of the Container.'),
    ...pick(fields, ['image', 'imagePullPolicy', 'command', 'args', 'workingDir', 'env', 'envFrom', 'volumeMounts']),
    ...pick(fields, ['resources', 'terminationMessagePath', 'terminationMessagePolicy', 'lifecycle']),
    ...pick(fields, ['stdin', 'stdinOnce', 'tty', 'ports', 'livenessProbe', 'readinessProbe', 'startupProbe']),
    securityContext: object('What the process may do.', {
      runAsUser: integer('User id; absent where the Container has a name.'),
      runAsGroup: integer('Group id; absent where the Container has a name.'),
      ...sameSecurity,
    }),
  },
  { required: ['name'] },
);

const volume = object(
  'One volume.',
  {
    ...name,
    persistentVolumeClaim: object('A Volume of this namespace.', { claimName: string('Its name.') }),
    ...pick(fields['volumes']?.items?.properties ?? {}, ['emptyDir', 'hostPath', 'configMap', 'secret']),
  },
  { required: ['name'] },
);

export const podSpec: StructuralSchema = object('What is wanted, out of the spec of the Container.', {
  containers: keyedList('One container.', ['name'], container),
  volumes: keyedList('What `volumeMounts` mounts.', ['name'], volume),
  securityContext: object('What holds for the Pod as a whole.', {
    supplementalGroups: atomicList('More group ids.', { type: 'integer', format: 'int64' }),
    ...(supplementalGroupsPolicy && { supplementalGroupsPolicy }),
    ...(sysctls && { sysctls }),
  }),
  ...pick(fields, [
    'nodeName',
    'restartPolicy',
    'terminationGracePeriodSeconds',
    'hostname',
    'hostPID',
    'hostIPC',
    'imagePullSecrets',
  ]),
  hostNetwork: boolean("Uses this machine's network."),
  ...pick(fields, ['hostAliases', 'dnsPolicy', 'dnsConfig']),
});
