import type { LinuxSeccomp, LinuxSyscall } from '../oci.ts';
import { seccompArchitecture } from './architectures.ts';
import { allowed, allowedOn, allowedWith } from './syscalls.ts';

const EPERM = 1;
const ENOSYS = 38;
/** CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWNS of <linux/sched.h> together. */
const CLONE_NEW_NAMESPACES = 0x7e020000;
/** Host-to-guest sockets bypass network namespaces. */
const AF_VSOCK = 40;
/** PER_LINUX, PER_LINUX32, UNAME26, both, and the query: none of them weakens a protection. */
const HARMLESS_PERSONALITIES = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

const names = (list: string): readonly string[] => list.split(' ');

/**
 * The `RuntimeDefault` profile: an allow list from the architecture (OCI name) and the granted capabilities (CAP_…). What is
 * not on it fails with EPERM. Calls newer than any on the list fail with ENOSYS, so that C libraries fall back to older
 * ones: runc adds that by itself for numbers above the largest in the profile. clone3 hides its flags behind a pointer that a
 * filter cannot read: without CAP_SYS_ADMIN it is ENOSYS too, and everybody falls back to clone, whose flags are checked.
 */
export function seccompProfile(architecture: string, capabilities: readonly string[]): LinuxSeccomp {
  const machine = seccompArchitecture(architecture);
  const open = new Set(Object.values(allowed).flatMap(names));
  for (const name of names(allowedOn[architecture] ?? '')) if (name !== '') open.add(name);
  for (const capability of capabilities) for (const name of names(allowedWith[capability] ?? '')) open.add(name);
  open.delete('');
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: machine.names,
    syscalls: [
      { names: [...open].toSorted(), action: 'SCMP_ACT_ALLOW' },
      ...HARMLESS_PERSONALITIES.map(personality),
      {
        names: ['socket'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }],
      },
      ...(open.has('clone') ? [] : cloneRules(machine.cloneFlagsArgument)),
    ],
  };
}

function personality(value: number): LinuxSyscall {
  return { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] };
}

/** Threads and processes, but no new namespaces. */
function cloneRules(flagsArgument: 0 | 1): LinuxSyscall[] {
  return [
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: flagsArgument, value: CLONE_NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ];
}
