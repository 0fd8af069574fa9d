/** What the process of a service may do. */
import { resolveCapabilities } from '../../../../schemas/values/capabilities.ts';
import type { Field, Handlers } from '../book/field.ts';
import type { ServiceDraft } from './draft.ts';

const CONTEXT = 'spec.securityContext';

export const securityKeys: Handlers<ServiceDraft> = {
  privileged(field, draft) {
    draft.security.privileged = field.boolean();
    field.to(draft.at(`${CONTEXT}.privileged`));
  },
  read_only(field, draft) {
    draft.security.readOnlyRootFilesystem = field.boolean();
    field.to(draft.at(`${CONTEXT}.readOnlyRootFilesystem`));
  },
  cap_add(field, draft) {
    draft.security.capabilities = { ...draft.security.capabilities, add: capabilities(field) };
    field.to(draft.at(`${CONTEXT}.capabilities.add`));
  },
  cap_drop(field, draft) {
    draft.security.capabilities = { ...draft.security.capabilities, drop: capabilities(field) };
    field.to(draft.at(`${CONTEXT}.capabilities.drop`));
  },
  security_opt(field, draft) {
    const left: string[] = [];
    for (const item of field.items()) {
      const [name = '', value = 'true'] = item.text().split(/[:=]/);
      if (name === 'no-new-privileges') draft.security.allowPrivilegeEscalation = value !== 'true';
      else if (name === 'seccomp' && value === 'unconfined') draft.security.seccompProfile = { type: 'Unconfined' };
      else if (!(name === 'apparmor' && value === 'unconfined') && !(name === 'label' && value === 'disable'))
        left.push(item.text());
    }
    const target = draft.at(`${CONTEXT}.allowPrivilegeEscalation and seccompProfile`);
    if (left.length === 0) field.to(target);
    else
      field.unsupported(
        `${left.join(', ')}: there is the computed seccomp list or none, and no profiles of AppArmor and SELinux`,
      );
  },
};

function capabilities(field: Field): readonly string[] {
  const names = field.texts().map((name) => name.toUpperCase().replace(/^CAP_/, ''));
  const { unknown } = resolveCapabilities(names);
  if (unknown.length > 0) field.fail(`the kernel knows no capability ${unknown.join(', ')}`);
  return names;
}
