/** What a service finds by name besides the others: `extra_hosts`, `dns`, `domainname`. */
import type { ContainerDnsConfig } from '../../../../schemas/gen/types.ts';
import type { Field, Handlers } from '../book/field.ts';
import { extraHosts, HOST_GATEWAY } from '../hosts.ts';
import type { ServiceDraft } from './draft.ts';

const MOST_SERVERS = 3;

/** Neither docker nor a Container has files of its own in the network of another. */
function sharesNetwork({ plan }: ServiceDraft, field: Field): boolean {
  const mode = plan.field.get('network_mode')?.text() ?? '';
  if (!/^(service|container):/.test(mode)) return false;
  field.unsupported('hosts and resolvers are those of the container whose network it is: give them there');
  return true;
}

function configure({ spec }: ServiceDraft, more: ContainerDnsConfig): void {
  spec.dnsConfig = { ...spec.dnsConfig, ...more };
}

export const lookupKeys: Handlers<ServiceDraft> = {
  extra_hosts(field, draft) {
    if (sharesNetwork(draft, field)) return;
    const { aliases, lost } = extraHosts(field, (address) => address === HOST_GATEWAY);
    if (aliases.length > 0) draft.spec.hostAliases = aliases;
    if (lost.length > 0) return field.unsupported(`${lost.join(', ')}: give an address after the name`);
    return field.to(draft.at('spec.hostAliases'));
  },
  dns(field, draft) {
    if (sharesNetwork(draft, field)) return;
    const servers = [...new Set(field.texts())];
    configure(draft, { nameservers: servers.slice(0, MOST_SERVERS) });
    const mode = draft.plan.field.get('network_mode')?.text();
    const left = servers.slice(MOST_SERVERS);
    if (mode === 'host' || mode === 'none') draft.spec.dnsPolicy = 'None';
    const target = draft.at('spec.dnsConfig.nameservers');
    if (left.length > 0) return field.about(target, `the C library asks three: without ${left.join(', ')}`);
    if (draft.spec.dnsPolicy === 'None') return field.to(target);
    return field.about(target, "asked where the Networks, and behind them this machine's resolvers, do not answer");
  },
  dns_search(field, draft) {
    if (sharesNetwork(draft, field)) return;
    const domains = field.texts().filter((domain) => domain !== '.');
    const target = draft.at('spec.dnsConfig.searches');
    if (domains.length === 0)
      return field.unsupported('what this machine appends to names is appended: end them with a dot');
    configure(draft, { searches: domains });
    return field.about(target, 'behind those of this machine');
  },
  dns_opt(field, draft) {
    if (sharesNetwork(draft, field)) return;
    const options = field.texts().map((text) => {
      const [name = '', value] = text.split(':');
      return { name, ...(value === undefined ? {} : { value }) };
    });
    configure(draft, { options });
    field.to(draft.at('spec.dnsConfig.options'));
  },
  domainname(field, draft) {
    draft.sysctls.set('kernel.domainname', field.text());
    field.about(draft.at('spec.securityContext.sysctls'), 'kernel.domainname; the name in /etc/hosts has no domain');
  },
};
