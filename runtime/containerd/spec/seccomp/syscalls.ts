/**
 * Linux system calls, sorted by what they are for, as data for the allow list. Names of all architectures stand side by
 * side: libseccomp ignores those that the running one has not. `refused` is not sent anywhere (what is not allowed gets
 * EPERM); it stands here so that a test can tell "decided against" from "forgotten".
 */

/** Safe for every container: they act on the caller's own files, memory, processes and time. */
export const allowed: Readonly<Record<string, string>> = {
  open: 'creat open openat openat2 close close_range dup dup2 dup3 pipe pipe2 fcntl fcntl64 flock ioctl',
  readWrite:
    'read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek sendfile sendfile64 splice tee vmsplice copy_file_range readahead fadvise64 fadvise64_64 arm_fadvise64_64',
  sync: 'sync syncfs fsync fdatasync sync_file_range sync_file_range2 arm_sync_file_range fallocate truncate truncate64 ftruncate ftruncate64',
  stat: 'stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2 file_getattr file_setattr',
  names:
    'getcwd chdir fchdir mkdir mkdirat mknod mknodat rmdir rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat readlink readlinkat readdir getdents getdents64 name_to_handle_at',
  owners:
    'chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32 umask utime utimes utimensat utimensat_time64 futimesat',
  attributes:
    'getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat',
  polling:
    'select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark io_setup io_submit io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64',
  sockets:
    'socketcall socketpair bind connect listen accept accept4 shutdown getsockname getpeername getsockopt setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64',
  memory:
    'brk mmap mmap2 munmap mremap mprotect msync madvise mincore mlock mlock2 mlockall munlock munlockall remap_file_pages memfd_create memfd_secret membarrier pkey_alloc pkey_free pkey_mprotect mseal map_shadow_stack cachestat',
  processes:
    'fork vfork execve execveat exit exit_group wait4 waitid waitpid kill tkill tgkill pidfd_open pidfd_send_signal process_mrelease ptrace process_vm_readv process_vm_writev prctl arch_prctl seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self',
  threads:
    'futex futex_time64 futex_waitv futex_wake futex_wait futex_requeue get_robust_list set_robust_list set_tid_address rseq set_thread_area get_thread_area set_tls get_tls cacheflush breakpoint riscv_flush_icache riscv_hwprobe swapcontext switch_endian restart_syscall uretprobe',
  scheduling:
    'nice getpriority setpriority ioprio_get ioprio_set getcpu sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64',
  signals:
    'signal sigaction sigaltstack sigpending sigprocmask sigreturn sigsuspend signalfd signalfd4 rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo pause',
  time: 'time times gettimeofday clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 nanosleep adjtimex clock_adjtime clock_adjtime64 alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64',
  identity:
    'getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32 setgroups setgroups32 setfsuid setfsuid32 setfsgid setfsgid32 capget capset',
  limits: 'getrlimit ugetrlimit setrlimit prlimit64 getrusage sysinfo uname getrandom',
  ipc: 'ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget mq_open mq_unlink mq_getsetattr mq_notify mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64',
};

/** Allowed on one architecture more, by OCI name. */
export const allowedOn: Readonly<Record<string, string>> = {
  amd64: 'modify_ldt',
  '386': 'modify_ldt',
};

/** Allowed as soon as one of these capabilities is granted. */
export const allowedWith: Readonly<Record<string, string>> = {
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_SYS_ADMIN:
    'bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick listmount listns lookup_dcookie mount mount_setattr move_mount open_tree open_tree_attr perf_event_open quotactl quotactl_fd setdomainname sethostname setns statmount syslog umount umount2 unshare',
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_CHROOT: 'chroot',
  CAP_SYS_MODULE: 'init_module finit_module delete_module',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise',
  CAP_SYS_RAWIO: 'iopl ioperm',
  CAP_SYS_TIME: 'settimeofday stime clock_settime clock_settime64',
  CAP_SYS_TTY_CONFIG: 'vhangup',
  CAP_SYS_NICE: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages',
  CAP_SYSLOG: 'syslog',
  CAP_BPF: 'bpf',
  CAP_PERFMON: 'perf_event_open',
};

/** Filtered by argument in profile.ts. */
export const filtered = 'clone clone3 personality socket';

/** Never allowed under RuntimeDefault, and why. */
export const refused: Readonly<Record<string, string>> = {
  keyringIsNotNamespaced: 'add_key keyctl request_key',
  largeKernelAttackSurface: 'io_uring_enter io_uring_register io_uring_setup userfaultfd',
  changesTheMachine: 'kexec_file_load kexec_load nfsservctl pivot_root swapoff swapon',
  obsolete:
    '_sysctl bdflush create_module get_kernel_syms idle oldfstat oldlstat oldolduname oldstat olduname query_module sgetmask ssetmask sysfs uselib ustat vm86 vm86old',
  neverImplemented:
    'afs_syscall break ftime getpmsg gtty lock mpx prof profil putpmsg security stty tuxcall ulimit vserver',
  newAndNotJudgedYet: 'lsm_get_self_attr lsm_set_self_attr lsm_list_modules',
};
