/** What seccomp needs to know about a machine, by OCI architecture name. */
export interface SeccompArchitecture {
  /** Names of libseccomp: the native one first, then those whose programs the kernel runs too. */
  readonly names: readonly string[];
  /** Which argument of clone(2) carries the flags: s390 swaps the first two. */
  readonly cloneFlagsArgument: 0 | 1;
}

/**
 * Each name costs every start 6 ms (libseccomp compiles the list once more). So amd64 leaves out x32, which ordinary kernels do not
 * run anyway; 32-bit x86 programs stay.
 */
const architectures: Readonly<Record<string, SeccompArchitecture>> = {
  amd64: { names: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'], cloneFlagsArgument: 0 },
  '386': { names: ['SCMP_ARCH_X86'], cloneFlagsArgument: 0 },
  arm64: { names: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'], cloneFlagsArgument: 0 },
  arm: { names: ['SCMP_ARCH_ARM'], cloneFlagsArgument: 0 },
  ppc64le: { names: ['SCMP_ARCH_PPC64LE'], cloneFlagsArgument: 0 },
  riscv64: { names: ['SCMP_ARCH_RISCV64'], cloneFlagsArgument: 0 },
  s390x: { names: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'], cloneFlagsArgument: 1 },
};

/** An architecture that is not in the table gets libseccomp's native one (no names). */
export function seccompArchitecture(architecture: string): SeccompArchitecture {
  return architectures[architecture] ?? { names: [], cloneFlagsArgument: 0 };
}
