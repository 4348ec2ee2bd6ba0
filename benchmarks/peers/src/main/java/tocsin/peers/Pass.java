package tocsin.peers;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Events on their way through an engine, once and by the clock. */
abstract class Pass {
  /**
   * What a pass took and found.
   *
   * @param processorSeconds of the whole process, with what collection and compilation took
   */
  record Outcome(double seconds, double processorSeconds, long events, long matches, long timeouts) {}

  /** An engine's way in. */
  interface Into<T> {
    /** What the engine takes for an event, which is its own. */
    T prepare(Event event);

    void send(T prepared) throws Exception;

    /** Time runs out. */
    void end() throws Exception;
  }

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Alerts alerts;
  private long wall;
  private long processor;

  private Pass(Alerts alerts) {
    this.alerts = alerts;
  }

  /** Where the engine tells what it found. */
  Alerts alerts() {
    return alerts;
  }

  abstract <T> Outcome through(Into<T> engine) throws Exception;

  /** With what is no longer used out of the way. */
  final void startClocks() {
    System.gc();
    wall = System.nanoTime();
    processor = SYSTEM.getProcessCpuTime();
  }

  final Outcome stopClocks(long events) throws IOException {
    alerts.close();
    double seconds = (System.nanoTime() - wall) * 1e-9;
    double processorSeconds = (SYSTEM.getProcessCpuTime() - processor) * 1e-9;
    return new Outcome(seconds, processorSeconds, events, alerts.matches(), alerts.timeouts());
  }

  /** The clocks run from the first event, prepared beforehand, until time has run out for the last. */
  static final class FromMemory extends Pass {
    private final List<Event> events;

    FromMemory(List<Event> events, Alerts alerts) {
      super(alerts);
      this.events = events;
    }

    @Override
    <T> Outcome through(Into<T> engine) throws Exception {
      List<T> prepared = new ArrayList<>(events.size());
      for (Event event : events) {
        prepared.add(engine.prepare(event.copy()));
      }
      startClocks();
      for (T each : prepared) {
        engine.send(each);
      }
      engine.end();
      return stopClocks(prepared.size());
    }
  }

  /** The clocks run from before the file is opened until the last alert is written. */
  static final class FromFile extends Pass {
    private final EventFile.Opener file;

    FromFile(EventFile.Opener file, Alerts alerts) {
      super(alerts);
      this.file = file;
    }

    @Override
    <T> Outcome through(Into<T> engine) throws Exception {
      startClocks();
      long events = 0;
      ReadAhead reader = new ReadAhead(file.open());
      for (List<Event> batch = reader.next(); !batch.isEmpty(); batch = reader.next()) {
        for (Event event : batch) {
          engine.send(engine.prepare(event));
        }
        events += batch.size();
      }
      engine.end();
      return stopClocks(events);
    }
  }
}
