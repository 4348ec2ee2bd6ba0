package tocsin.peers;

import java.util.Set;

/** One engine, ready for one workload. */
interface Engine {
  /** Whether events must come in the order of their times. */
  boolean wantsOrder();

  /** The names of what it can say, without sizes. */
  Set<String> workloads();

  /** Takes one pass of events, in which it finds nothing of what went before. */
  Pass.Outcome run(Workload workload, Pass pass) throws Exception;
}
