/** Linux capabilities as core/v1 writes them (`NET_ADMIN`, `ALL`) and as the kernel names them (`CAP_NET_ADMIN`). */

/** Every capability of <linux/capability.h>, in the kernel's order. */
const known =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE';

/** What a container holds when nothing is said: the set that Docker and containerd give. */
const granted =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE';

const full = (names: string): string[] => names.split(' ').map((name) => `CAP_${name}`);

/** All capabilities, CAP_… names in the kernel's order. */
export function allCapabilities(): readonly string[] {
  return full(known);
}

/** The default set, sorted. */
export function defaultCapabilities(): readonly string[] {
  return full(granted).toSorted();
}

export interface ResolvedCapabilities {
  /** CAP_… names, sorted, each once. */
  readonly capabilities: readonly string[];
  /** Names as given that no kernel knows; the caller refuses the object. */
  readonly unknown: readonly string[];
}

/**
 * The effective set from `securityContext.capabilities`: the default set (everything after `add: [ALL]`, nothing after `drop: [ALL]`),
 * minus `drop`, plus `add`. A name in both is held, as with Docker. Case and the prefix CAP_ do not matter.
 */
export function resolveCapabilities(add: readonly string[] = [], drop: readonly string[] = []): ResolvedCapabilities {
  const all = new Set(allCapabilities());
  const added = add.map(canonical);
  const dropped = drop.map(canonical);
  const unknown = [...add, ...drop].filter((name) => canonical(name) !== ALL && !all.has(canonical(name)));
  const base = added.includes(ALL) ? all : new Set(dropped.includes(ALL) ? [] : defaultCapabilities());
  const kept = [...base].filter((name) => !dropped.includes(name));
  const effective = new Set([...kept, ...added.filter((name) => all.has(name))]);
  return { capabilities: [...effective].toSorted(), unknown: [...new Set(unknown)] };
}

const ALL = 'CAP_ALL';

function canonical(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
