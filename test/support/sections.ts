/**
 * Watches how much processor time the main thread takes between two turns of the event loop. Other than the delay of the loop it does not grow with
 * what else the machine does.
 */
export function watchSections(): { end(): number } {
  let longest = 0;
  let last = taken();
  let timer = setTimeout(function again() {
    const now = taken();
    longest = Math.max(longest, now - last);
    last = taken();
    timer = setTimeout(again, 1);
  }, 1);
  return {
    /** The longest section, in milliseconds. */
    end() {
      clearTimeout(timer);
      return longest;
    },
  };
}

function taken(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
