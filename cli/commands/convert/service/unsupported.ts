/** Keys of a service that a Container cannot carry, and what to do instead. */
import type { Field, Handlers } from '../book/field.ts';
import type { ServiceDraft } from './draft.ts';

const not = (advice: string) => (field: Field) => field.unsupported(advice);

/** What stands there is so anyway; anything else is not to be had. */
const only =
  (values: readonly string[], advice: string) =>
  (field: Field): void => {
    if (values.includes(field.text())) field.ignored('it is so anyway');
    else field.unsupported(advice);
  };

const quiet = (reason: string) => (field: Field) => field.ignored(reason);

const WINDOWS = 'it is for Windows';

export const unsupportedKeys: Handlers<ServiceDraft> = {
  external_links: not('put both Containers into one Network: they find each other by name'),
  mac_address: not('leave it out: every container keeps the hardware address that it got'),
  device_cgroup_rules: not('name the devices in devices'),
  gpus: not('give its devices in devices (/dev/dri, /dev/nvidia0, …), and its libraries as volumes'),
  uts: not('every container has its own host name'),
  userns_mode: only(['host'], 'user ids are those of the machine'),
  cgroup: only(['private'], 'every container has its own cgroup'),
  cgroup_parent: not('cgroups are where the daemon has them'),
  cpuset: not('limit cores with cpus'),
  cpu_rt_period: not('limit cores with cpus'),
  cpu_rt_runtime: not('limit cores with cpus'),
  cpu_count: quiet(WINDOWS),
  cpu_percent: quiet(WINDOWS),
  isolation: only(['default'], WINDOWS),
  credential_spec: quiet(WINDOWS),
  mem_swappiness: not('set vm.swappiness on this machine'),
  memswap_limit: not('there is a limit of memory alone'),
  blkio_config: not('there are no limits of disks'),
  oom_kill_disable: not('set no limit of memory instead'),
  oom_score_adj: not('requests say who goes first when memory is short'),
  storage_opt: not('keep data in a Volume; one of tmpfs has a sizeLimit'),
  runtime: only(['runc'], 'containers run with runc'),
  use_api_socket: not('mount the socket of the daemon that you mean as a volume'),
  provider: not('start it beside tsmoby, or make a Container of it'),
  models: not('run the model as a service, and give its address in environment'),
  pull_refresh_after: not('set the annotation tsmoby.dev/pull-request of an Image when it is to be asked for again'),
};
