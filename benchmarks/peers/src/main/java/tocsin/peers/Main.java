package tocsin.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs one engine over one workload and prints one line of JSON.
 *
 * <p>ENGINE WORKLOAD EVENTS.ndjson [--from memory|file] [--output FILE] [--lines N] [--repeat N] [--warm-ups N]
 * [--expect MATCHES,TIMEOUTS]. From memory, alerts are counted; from a file, they are written to FILE.
 */
public final class Main {
  private static final String USAGE =
      "esper|flink|siddhi WORKLOAD EVENTS.ndjson [--from memory|file] [--output FILE] [--lines N] [--repeat N]"
          + " [--warm-ups N] [--expect MATCHES,TIMEOUTS]";

  /** Makes the passes, all alike. */
  private interface Passes {
    Pass next() throws IOException;
  }

  private Main() {}

  private static Engine engineOf(String name) {
    return switch (name) {
      case "esper" -> new EsperPeer();
      case "flink" -> new FlinkPeer();
      case "siddhi" -> new SiddhiPeer();
      default -> throw new IllegalArgumentException(USAGE);
    };
  }

  private static String option(String[] args, String name, String otherwise) {
    int at = Arrays.asList(args).indexOf(name);
    return at < 0 ? otherwise : args[at + 1];
  }

  /** Null if nothing is expected. */
  private static Workload.Counts expected(String[] args) {
    String told = option(args, "--expect", null);
    if (told == null) {
      return null;
    }
    String[] parts = told.split(",");
    return new Workload.Counts(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static void warnOfDifference(String what, long found, Long expected) {
    if (expected != null && found != expected) {
      System.err.printf("%s: found %d, there are %d (%+d)%n", what, found, expected, found - expected);
    }
  }

  private static Passes passes(String[] args, Workload workload, boolean inOrder) throws IOException {
    EventFile.Opener file = new EventFile.Opener(Path.of(args[2]),
        Integer.parseInt(option(args, "--lines", "500000")), inOrder ? workload.disorderMs() : 0);
    if (option(args, "--from", "memory").equals("file")) {
      Path output = Path.of(option(args, "--output", "/dev/null"));
      return () -> new Pass.FromFile(file, Alerts.written(workload, output));
    }
    List<Event> events = file.read();
    return () -> new Pass.FromMemory(events, Alerts.counted(workload));
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Engine engine = engineOf(args[0]);
    Workload workload = Workload.of(args[1]);
    if (!engine.workloads().contains(workload.base())) {
      System.err.println(args[0] + " has no " + workload.name());
      System.exit(3);
    }
    Passes passes = passes(args, workload, engine.wantsOrder());
    int repeat = Integer.parseInt(option(args, "--repeat", "3"));
    int warmUps = Integer.parseInt(option(args, "--warm-ups", "1"));
    double[] seconds = new double[repeat];
    double[] processor = new double[repeat];
    Pass.Outcome last = null;
    for (int i = -warmUps; i < repeat; i++) {
      Pass.Outcome outcome = engine.run(workload, passes.next());
      if (last != null && (outcome.matches() != last.matches() || outcome.timeouts() != last.timeouts())) {
        throw new IllegalStateException("two runs differ: " + last + ", " + outcome);
      }
      last = outcome;
      if (i >= 0) {
        seconds[i] = outcome.seconds();
        processor[i] = outcome.processorSeconds();
      }
    }
    report(args, workload, last, median(seconds), median(processor));
    System.exit(0);  // engines leave threads behind
  }

  private static void report(String[] args, Workload workload, Pass.Outcome outcome, double seconds,
      double processor) {
    Workload.Counts expected = expected(args);
    Long matches = expected == null ? null : (Long) expected.matches();
    Long timeouts = expected == null ? null : (Long) expected.timeouts();
    String what = args[0] + " " + workload.name();
    warnOfDifference(what + " matches", outcome.matches(), matches);
    warnOfDifference(what + " timeouts", outcome.timeouts(), timeouts);
    System.out.printf(Locale.ROOT,
        "{\"engine\":\"%s\",\"workload\":\"%s\",\"events\":%d,\"matches\":%d,\"expected\":%s,\"timeouts\":%d,"
            + "\"expected_timeouts\":%s,\"seconds\":%.4f,\"processor_seconds\":%.4f,"
            + "\"events_per_second\":%.0f}%n",
        args[0], workload.name(), outcome.events(), outcome.matches(), matches, outcome.timeouts(), timeouts,
        seconds, processor, outcome.events() / seconds);
  }
}
