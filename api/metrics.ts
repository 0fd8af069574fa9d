/**
 * Counters and histograms in Prometheus' text format: the few the server keeps of itself. Labels are closed sets
 * (verbs, resources, codes), so the number of series is bounded by the registry.
 */
export interface Metrics {
  /** Adds one to a counter. */
  count(name: string, labels: Readonly<Record<string, string>>): void;
  /** Adds an observation, in seconds, to a histogram. */
  observe(name: string, labels: Readonly<Record<string, string>>, seconds: number): void;
  /** Registers a value that is read when somebody asks. */
  gauge(name: string, read: () => number): void;
  /** The exposition text. */
  render(): string;
}

const BUCKETS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the server's own metrics mean. */
const HELP: Readonly<Record<string, string>> = {
  apiserver_request_total: 'Requests that were answered, by verb, resource and code.',
  apiserver_request_duration_seconds: 'How long answers took, in seconds, by verb and resource; watches are left out.',
};

const headOf = (name: string, type: string): readonly string[] => {
  const help = HELP[name];
  return [...(help === undefined ? [] : [`# HELP ${name} ${help}`]), `# TYPE ${name} ${type}`];
};

interface Histogram {
  readonly buckets: number[];
  sum: number;
  count: number;
}

const escape = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}="${escape(value)}"`)
    .join(',');

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

function seriesOf<T>(family: Map<string, Map<string, T>>, name: string, labels: string, make: () => T): T {
  let series = family.get(name);
  if (!series) family.set(name, (series = new Map<string, T>()));
  let value = series.get(labels);
  if (value === undefined) series.set(labels, (value = make()));
  return value;
}

export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, { value: number }>>();
  const histograms = new Map<string, Map<string, Histogram>>();
  const gauges = new Map<string, () => number>();
  return {
    count(name, labels) {
      seriesOf(counters, name, labelText(labels), () => ({ value: 0 })).value++;
    },
    observe(name, labels, seconds) {
      const make = (): Histogram => ({ buckets: BUCKETS.map(() => 0), sum: 0, count: 0 });
      const histogram = seriesOf(histograms, name, labelText(labels), make);
      const index = BUCKETS.findIndex((bound) => seconds <= bound);
      if (index >= 0) histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1;
      histogram.sum += seconds;
      histogram.count++;
    },
    gauge(name, read) {
      gauges.set(name, read);
    },
    render() {
      const lines: string[] = [];
      for (const [name, read] of gauges) lines.push(...headOf(name, 'gauge'), `${name} ${String(read())}`);
      for (const [name, series] of counters) {
        lines.push(...headOf(name, 'counter'));
        for (const [labels, { value }] of series) lines.push(`${name}${braced(labels)} ${String(value)}`);
      }
      for (const [name, series] of histograms) {
        lines.push(...headOf(name, 'histogram'));
        for (const [labels, histogram] of series) lines.push(...histogramLines(name, labels, histogram));
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

function histogramLines(name: string, labels: string, histogram: Histogram): string[] {
  const prefix = labels === '' ? '' : `${labels},`;
  let below = 0;
  const lines = BUCKETS.map((bound, index) => {
    below += histogram.buckets[index] ?? 0;
    return `${name}_bucket{${prefix}le="${String(bound)}"} ${String(below)}`;
  });
  lines.push(`${name}_bucket{${prefix}le="+Inf"} ${String(histogram.count)}`);
  lines.push(
    `${name}_sum${braced(labels)} ${String(histogram.sum)}`,
    `${name}_count${braced(labels)} ${String(histogram.count)}`,
  );
  return lines;
}
