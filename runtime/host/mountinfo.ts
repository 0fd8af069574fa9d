/** /proc/self/mountinfo (proc_pid_mountinfo(5)) as data. */
export interface MountEntry {
  readonly mountPoint: string;
  /** cgroup, cgroup2, tmpfs, overlay, … */
  readonly type: string;
  readonly superOptions: readonly string[];
}

/** All mounts, in the order in which they were made. Lines that are not understood are left out. */
export function parseMountinfo(text: string): readonly MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    // A varying number of optional fields ends with a lone hyphen.
    const separator = fields.indexOf('-', 6);
    const mountPoint = fields[4];
    const type = fields[separator + 1];
    if (separator < 0 || mountPoint === undefined || type === undefined) return [];
    return [{ mountPoint: unescape(mountPoint), type, superOptions: (fields[separator + 3] ?? '').split(',') }];
  });
}

/** Space, tab, newline and backslash are written as octal numbers, byte by byte. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
