/** Every capability of <linux/capability.h>, in the kernel's order (0 to 40): what a privileged container holds. */
const kernelCapabilities =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE';

/** All capabilities as CAP_… names. runc leaves out, with a warning, those that an older kernel does not know. */
export function allCapabilities(): readonly string[] {
  return kernelCapabilities.split(' ').map((name) => `CAP_${name}`);
}

/** The names behind the row `CapBnd` of /proc/PID/status (proc(5)); undefined when there is none. */
export function boundingCapabilities(status: string): readonly string[] | undefined {
  const digits = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (digits === undefined) return undefined;
  const bits = BigInt(`0x${digits}`);
  return allCapabilities().filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}
