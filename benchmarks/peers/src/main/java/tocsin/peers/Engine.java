package tocsin.peers;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;

/** One engine, ready for one workload. */
interface Engine {
  /**
   * What a run took and found. Clocks run from the first event until time has run out for the last.
   *
   * @param processorSeconds of the whole process, with what collection and compilation took
   */
  record Outcome(double seconds, double processorSeconds, long matches, long timeouts) {}

  /** Both clocks, from when it was made. */
  final class Clocks {
    private static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long wall = System.nanoTime();
    private final long processor = SYSTEM.getProcessCpuTime();

    Outcome stop(long matches, long timeouts) {
      double seconds = (System.nanoTime() - wall) * 1e-9;
      return new Outcome(seconds, (SYSTEM.getProcessCpuTime() - processor) * 1e-9, matches, timeouts);
    }
  }

  /** Whether `events` must come in the order of their times. */
  boolean wantsOrder();

  /** The names of what it can say, without sizes. */
  Set<String> workloads();

  /** Goes through `events` once, which finds nothing of what went before. */
  Outcome run(Workload workload, Event[] events) throws Exception;
}
